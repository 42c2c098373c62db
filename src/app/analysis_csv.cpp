// An analysis as CSV: one table in long form, so that a script reads it with one call.
#include <cmath>

#include "kairos/app/analysis_text.hpp"
#include "kairos/app/text.hpp"

namespace kairos::app {
namespace {

// A row by the names of its columns; what is not named stays empty.
using Cells = std::map<std::string, std::string>;

const std::vector<std::string>& own_columns() {
    static const std::vector<std::string> columns = {"kind",
                                                     "name",
                                                     "against",
                                                     "parameter",
                                                     "value",
                                                     "stderr",
                                                     "statistical",
                                                     "systematic",
                                                     "ci95_low",
                                                     "ci95_high",
                                                     "theory",
                                                     "realisations",
                                                     "spread",
                                                     "disorder_stderr",
                                                     "points",
                                                     "chi2",
                                                     "dof",
                                                     "quality",
                                                     "smaller",
                                                     "larger",
                                                     "height",
                                                     "width",
                                                     "width_stderr",
                                                     "log_snr",
                                                     "log_snr_stderr",
                                                     "log_snr_disorder_stderr",
                                                     "log_snr_theory",
                                                     "log_snr_width",
                                                     "log_snr_width_stderr",
                                                     "range",
                                                     "largest_z",
                                                     "farthest",
                                                     "not_compared"};
    return columns;
}

std::string number(double value) { return std::isnan(value) ? "" : to_text(value); }

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char letter : text) out += letter == '"' ? std::string("\"\"") : std::string(1, letter);
    return out + "\"";
}

std::string line_of(const std::vector<std::string>& columns, const Cells& cells) {
    std::vector<std::string> line;
    for (const std::string& column : columns) {
        const auto found = cells.find(column);
        line.push_back(found == cells.end() ? std::string() : quoted(found->second));
    }
    return joined(line, ",") + "\n";
}

// Where all points of a row agree in a key, its value.
void add_place(const Analysis& analysis, const std::vector<std::size_t>& points, Cells& cells) {
    for (const std::string& key : analysis.varied) {
        const Keys& first = analysis.points[points.front()].keys;
        const std::string value = first.contains(key) ? first.at(key) : "";
        bool same = true;
        for (const std::size_t i : points) {
            const Keys& keys = analysis.points[i].keys;
            same = same && (keys.contains(key) ? keys.at(key) : "") == value;
        }
        if (same) cells[key] = value;
    }
}

Cells of_transition(const std::string& name, const PointTransition& found, const PointTransition& snr) {
    return {{"kind", "transition"},
            {"name", name},
            {"parameter", "time"},
            {"value", number(found.value)},
            {"stderr", number(found.noise)},
            {"ci95_low", number(found.ci95_low)},
            {"ci95_high", number(found.ci95_high)},
            {"theory", number(found.theory)},
            {"realisations", std::to_string(found.realisations)},
            {"spread", number(found.spread)},
            {"disorder_stderr", number(found.disorder_error)},
            {"width", number(found.width)},
            {"width_stderr", number(found.width_error)},
            {"log_snr", number(snr.value)},
            {"log_snr_stderr", number(snr.noise)},
            {"log_snr_disorder_stderr", number(snr.disorder_error)},
            {"log_snr_theory", number(snr.theory)},
            {"log_snr_width", number(snr.width)},
            {"log_snr_width_stderr", number(snr.width_error)}};
}

Cells of_schedules(const Analysis& analysis, const ScheduleComparison& comparison) {
    const measure::Agreement& found = comparison.log_snr;
    Cells cells = {{"kind", "schedules"},
                   {"name", comparison.transition},
                   {"parameter", "log_snr"},
                   {"value", number(found.mean)},
                   {"stderr", number(found.standard_error)},
                   {"points", std::to_string(comparison.points.size())},
                   {"range", number(found.range)},
                   {"not_compared", comparison.not_compared}};
    if (!std::isfinite(found.chi2)) return cells;
    cells["chi2"] = number(found.chi2);
    cells["dof"] = std::to_string(found.degrees_of_freedom);
    cells["largest_z"] = number(found.largest_z);
    cells["farthest"] = analysis.schedules[analysis.points[comparison.farthest()].schedule];
    return cells;
}

void add_fitted(const std::string& parameter, const phases::Fitted& fitted, Cells& cells) {
    cells["parameter"] = parameter;
    cells["value"] = number(fitted.value);
    cells["stderr"] = number(fitted.standard_error());
    cells["statistical"] = number(fitted.statistical);
    cells["systematic"] = number(fitted.systematic);
}

Cells of_fit(const TransitionFit& fit, const std::string& parameter, const phases::Fitted& fitted) {
    Cells cells = {{"kind", "fit"},
                   {"name", fit.transition},
                   {"against", fit.against.text},
                   {"points", std::to_string(fit.points.size())},
                   {"chi2", number(fit.line.chi2)},
                   {"dof", std::to_string(fit.line.dof)}};
    add_fitted(parameter, fitted, cells);
    return cells;
}

Cells of_collapse(const CurveCollapse& collapse) {
    Cells cells = {{"kind", "collapse"},
                   {"name", collapse.observable},
                   {"against", collapse.shifted},
                   {"points", std::to_string(collapse.found.points)},
                   {"quality", number(collapse.found.quality)}};
    add_fitted("exponent", collapse.found.exponent, cells);
    return cells;
}

// Of a pair of neighbouring dimensions: smaller and larger are these.
Cells of_crossing(const Analysis& analysis, const CurveCollapse& collapse, const phases::SizeCrossing& pair) {
    const auto [smaller, larger] = collapse.points_of(pair);
    Cells cells = {{"kind", "crossing"},
                   {"name", collapse.observable},
                   {"against", collapse.divided},
                   {"smaller", number(analysis.points[smaller].dimension)},
                   {"larger", number(analysis.points[larger].dimension)},
                   {"height", number(pair.height)}};
    add_fitted("place", pair.place, cells);
    return cells;
}

Cells of_limit(const CurveCollapse& collapse) {
    Cells cells = {{"kind", "crossing"},
                   {"name", collapse.observable},
                   {"against", collapse.divided},
                   {"points", std::to_string(collapse.crossings.pairs.size())}};
    add_fitted("limit", collapse.crossings.line.intercept, cells);
    return cells;
}

}  // namespace

std::string analysis_csv(const AnalysisFindings& findings) {
    const Analysis& analysis = findings.analysis;
    std::vector<std::string> columns = own_columns();
    columns.insert(columns.begin() + 4, analysis.varied.begin(), analysis.varied.end());
    std::string text = joined(columns, ",") + "\n";
    const auto add = [&](Cells cells, const std::vector<std::size_t>& points) {
        add_place(analysis, points, cells);
        text += line_of(columns, cells);
    };
    for (const auto& [name, at_points] : findings.transitions)
        for (std::size_t i = 0; i < at_points.size(); ++i)
            add(of_transition(name, at_points[i], findings.in_log_snr.at(name)[i]), {i});
    for (const ScheduleComparison& comparison : findings.comparisons)
        add(of_schedules(analysis, comparison), comparison.points);
    for (const TransitionFit& fit : findings.fits) {
        add(of_fit(fit, "slope", fit.line.slope), fit.points);
        add(of_fit(fit, "intercept", fit.line.intercept), fit.points);
    }
    for (const CurveCollapse& collapse : findings.collapses) add(of_collapse(collapse), collapse.points);
    for (const CurveCollapse& collapse : findings.collapses) {
        for (const phases::SizeCrossing& pair : collapse.crossings.pairs) {
            const auto [smaller, larger] = collapse.points_of(pair);
            add(of_crossing(analysis, collapse, pair), {smaller, larger});
        }
        if (!collapse.crossings.pairs.empty()) add(of_limit(collapse), collapse.points);
    }
    return text;
}

}  // namespace kairos::app
