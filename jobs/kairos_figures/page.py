"""index.html: figures, transitions, identities and configuration of every result."""
import html

import numpy as np

from .result import Summary, text

HEAD = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>kairos</title><style>
body{font:15px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#222}
table{border-collapse:collapse;font-size:13px}td,th{padding:2px 12px 2px 0;text-align:left;border-bottom:1px solid #ddd}
.figures{display:flex;flex-wrap:wrap;gap:24px}figure{margin:0;width:500px}img{width:100%}figcaption{font-size:13px;color:#555}
</style></head><body>"""


def number(value):
    return f"{value:.5f}" if np.isfinite(value) else "–"


def table(head, rows):
    def line(tag, row):
        return "<tr>" + "".join(f"<{tag}>{html.escape(str(cell))}</{tag}>" for cell in row) + "</tr>\n"
    return "<table>" + line("th", head) + "".join(line("td", row) for row in rows) + "</table>"


def transitions(result):
    for name in result.names("transitions"):
        found = result.transition(name)
        interval = f"[{number(found['ci95_low'])}, {number(found['ci95_high'])}]" if np.isfinite(found["time"]) else "–"
        yield name, number(found["time"]), number(found["stderr"]), interval, number(found["theory"])


def scaled(summary):
    """Agreement of schedules, lines and exponents with their errors."""
    names = summary.schedules()

    def of(point):
        return f" ({names[summary.points['schedule'][int(point)]]})" if len(names) > 1 else ""

    for criterion, found in summary.file.get("schedules", {}).items():
        for i, place in enumerate(found["log_snr"]):
            judged = f"χ² = {found['chi2'][i]:.2f}, {int(found['dof'][i])} degrees of freedom" if np.isfinite(found["chi2"][i]) else text(found.attrs["not_compared"])
            dimension = summary.points["dimension"][summary.points["law"] == found["law"][i]][0]
            yield f"{criterion}: log snr over the schedules, d = {dimension:.10g}", number(place), number(found["stderr"][i]), judged
    for transition, group in summary.file.get("fits", {}).items():
        for fit in group.values():
            for i, slope in enumerate(fit["slope"]):
                schedule = f" ({names[int(fit['schedule'][i])]})" if len(names) > 1 else ""
                yield (f"{transition}: slope against {text(fit.attrs['against'])}{schedule}", number(slope), number(fit["slope_stderr"][i]),
                       f"χ² = {fit['chi2'][i]:.2f}, {int(fit['dof'][i])} degrees of freedom")
    for observable, group in summary.file.get("collapse", {}).items():
        for found in group.values():
            for i, exponent in enumerate(found["exponent"]):
                yield (f"{observable}: b of {text(found.attrs['shifted'])}{of(found['point'][:][found['series_of'][:] == i][0])}", number(exponent), number(found["exponent_stderr"][i]),
                       f"S = {found['quality'][i]:.2f}, {int(found['compared'][i])} points compared")


def section_of_summary(summary, figures, configuration):
    about = {key: text(value) for key, value in summary.file.attrs.items()}
    files = ", ".join(html.escape(text(name)) for name in summary.file["files"].attrs.values())
    return f"""<section><h1>{html.escape(str(summary.path))}</h1>
<p>{len(summary.file['point'])} points: {files}. kairos {about.get('kairos_version')} ({about.get('git_revision')}), {about.get('created_utc')}</p>
<p><code>{html.escape(about.get('command_line', ''))}</code></p>
<h2>Scaling</h2>{table(('quantity', 'value', 'stderr', 'quality'), scaled(summary))}
<h2>Figures</h2><div class="figures">{figures}</div>
<h2>Configuration</h2>{table(('key', 'value'), configuration)}</section>
"""


def section(result, captions):
    about = {key: text(value) for key, value in result.file.attrs.items()}
    figures = "".join(f'<figure><a href="{html.escape(stem)}.pdf"><img src="{html.escape(stem)}.png" alt="{html.escape(caption)}">'
                      f"</a><figcaption>{html.escape(caption)}</figcaption></figure>\n" for stem, caption in captions)
    configuration = ((key, text(value)) for key, value in result.file["config"].attrs.items())
    if isinstance(result, Summary):
        return section_of_summary(result, figures, configuration)
    return f"""<section><h1>{html.escape(str(result.path))}</h1>
<p>{about.get('trajectories')} trajectories, {about.get('ranks')} ranks, {float(about.get('wall_seconds', 'nan')):.3g} s,
kairos {about.get('kairos_version')} ({about.get('git_revision')}), {about.get('created_utc')}</p>
<p><code>{html.escape(about.get('command_line', ''))}</code></p>
<h2>Transitions</h2>{table(('transition', 'time', 'stderr', '95 % interval', 'theory'), transitions(result))}
<h2>Figures</h2><div class="figures">{figures}</div>
<h2>Configuration</h2>{table(('key', 'value'), configuration)}</section>
"""


def index_page(sections):
    return HEAD + "".join(sections) + "</body></html>\n"
