#include "kairos/app/write_analysis.hpp"

#include <algorithm>
#include <cmath>

#include "file_head.hpp"
#include "kairos/io/result_file.hpp"
#include "summary_arrays.hpp"
#include "write_crossings.hpp"
#include "write_schedules.hpp"

namespace kairos::app {
namespace {

using io::ResultFile;

// Keys that all results share.
void write_config(ResultFile& file, const Analysis& analysis) {
    io::Attributes shared, files;
    for (const auto& entry : analysis.results.front().stored.keys) {
        const bool same = std::ranges::all_of(analysis.results, [&](const AnalysedResult& result) {
            const auto found = result.stored.keys.find(entry.first);
            return found != result.stored.keys.end() && found->second == entry.second;
        });
        if (same) shared.emplace_back(entry.first, entry.second);
    }
    for (std::size_t i = 0; i < analysis.results.size(); ++i)
        files.emplace_back(std::to_string(i), analysis.results[i].stored.file);
    file.group("/config");
    file.attributes("/config", shared);
    file.group("/files");
    file.attributes("/files", files);
}

void write_points(ResultFile& file, const Analysis& analysis) {
    const auto& points = analysis.points;
    number_scale(file, "/point", points.size(), "point of the sweep");
    const auto write_each = [&](const char* name, auto read, const char* meaning) {
        write_doubles(file, std::string("/points/") + name, {"/point"}, each(points, read), meaning);
    };
    write_each(
        "dimension", [](const auto& p) { return p.dimension; }, "data.dimension");
    write_each(
        "samples", [](const auto& p) { return p.samples; }, "data.samples");
    write_each(
        "separation", [](const auto& p) { return p.separation; }, "data.separation");
    write_each(
        "components", [](const auto& p) { return p.components; }, "data.components");
    write_each(
        "guidance_weight", [](const auto& p) { return p.guidance; }, "guidance.weight");
    write_each(
        "realisations", [](const auto& p) { return p.draws; }, "draws of the disorder");
    write_each(
        "files", [](const auto& p) { return p.files(); }, "result files");
}

void write_transitions(ResultFile& file, const TransitionTable& transitions) {
    file.group("/transitions");
    for (const auto& entry : transitions) {
        const auto write_each = [&, group = "/transitions/" + entry.first + "/"](const char* field, auto read,
                                                                                 const char* meaning) {
            write_doubles(file, group + field, {"/point"}, each(entry.second, read), meaning);
        };
        write_each(
            "time", [](const auto& t) { return t.value; }, "mean over the realisations");
        write_each(
            "stderr", [](const auto& t) { return t.noise; }, "error of the trajectories");
        write_each(
            "spread", [](const auto& t) { return t.spread; },
            "standard deviation between realisations, path noise removed");
        write_each(
            "disorder_stderr", [](const auto& t) { return t.disorder_error; },
            "error as an average over the disorder");
        write_each(
            "ci95_low", [](const auto& t) { return t.ci95_low; }, "95 % interval");
        write_each(
            "ci95_high", [](const auto& t) { return t.ci95_high; }, "95 % interval");
        write_each(
            "theory", [](const auto& t) { return t.theory; }, "continuous-time root or peak");
        write_each(
            "realisations", [](const auto& t) { return t.realisations; },
            "realisations that have such a transition");
        if (std::ranges::none_of(entry.second, [](const auto& t) { return std::isfinite(t.width); }))
            continue;
        write_each(
            "width", [](const auto& t) { return t.width; }, "standard deviation between paths");
        write_each(
            "width_stderr", [](const auto& t) { return t.width_error; }, "its error");
    }
}

// Series of one transition against one abscissa.
void write_fit(ResultFile& file, const Analysis& analysis, const std::vector<const TransitionFit*>& fits) {
    const std::string group = "/fits/" + fits.front()->transition + "/" + fits.front()->against.name;
    const std::string axis = group + "/series";
    number_scale(file, axis, fits.size(), meaning_of_series);
    file.attributes(group, {{"against", fits.front()->against.text}});
    std::vector<phases::Fitted> slopes, intercepts;
    for (const TransitionFit* fit : fits) {
        slopes.push_back(fit->line.slope);
        intercepts.push_back(fit->line.intercept);
    }
    write_fitted(file, group + "/slope", axis, slopes, "slope");
    write_fitted(file, group + "/intercept", axis, intercepts, "intercept");
    const auto write_each = [&](const char* name, auto read, const char* meaning) {
        write_doubles(file, group + "/" + name, {axis}, each(fits, read), meaning);
    };
    write_each(
        "covariance", [](const auto* f) { return f->line.covariance; }, "of slope and intercept");
    write_each(
        "chi2", [](const auto* f) { return f->line.chi2; }, "chi^2");
    write_each(
        "dof", [](const auto* f) { return f->line.dof; }, "degrees of freedom");
    const auto first = [&](const auto* f) -> const AnalysisPoint& {
        return analysis.points[f->points.front()];
    };
    write_each(
        "separation", [&](const auto* f) { return first(f).separation; }, "data.separation");
    write_each(
        "components", [&](const auto* f) { return first(f).components; }, "data.components");
    write_each(
        "guidance_weight", [&](const auto* f) { return first(f).guidance; }, "guidance.weight");
    write_each(
        "schedule", [&](const auto* f) { return first(f).schedule; },
        "noise schedule, as in points/schedule");
}

void write_fits(ResultFile& file, const AnalysisFindings& findings) {
    std::map<std::string, std::vector<const TransitionFit*>> groups;
    for (const TransitionFit& fit : findings.fits)
        groups[fit.transition + "/" + fit.against.name].push_back(&fit);
    for (const auto& entry : groups) write_fit(file, findings.analysis, entry.second);
}

// [curve][sample] of all series, NaN beyond the end of a curve.
Doubles padded(const std::vector<Doubles>& curves, std::size_t width) {
    Doubles all;
    for (const Doubles& curve : curves) {
        all.insert(all.end(), curve.begin(), curve.end());
        all.insert(all.end(), width - curve.size(), std::nan(""));
    }
    return all;
}

// The curves of all series, one after the other.
void write_curves(ResultFile& file, const std::string& group,
                  const std::vector<const CurveCollapse*>& collapses) {
    std::vector<std::int64_t> points, series;
    std::vector<Doubles> x, scaled, y, error;
    std::size_t width = 0;
    for (std::size_t s = 0; s < collapses.size(); ++s) {
        const CurveCollapse& collapse = *collapses[s];
        for (std::size_t c = 0; c < collapse.curves.size(); ++c) {
            const auto& curve = collapse.curves[c];
            points.push_back(static_cast<std::int64_t>(collapse.points[c]));
            series.push_back(static_cast<std::int64_t>(s));
            x.push_back(curve.x);
            scaled.push_back(each(curve.x, [&](double at) { return collapse.scaled(c, at); }));
            y.push_back(curve.y);
            error.push_back(curve.error);
            width = std::max(width, curve.x.size());
        }
    }
    const std::string of_curve = group + "/curve", sample = group + "/sample";
    number_scale(file, of_curve, points.size(), "curve");
    number_scale(file, sample, width, "observation time, in the order of the variable");
    file.write(group + "/point", {of_curve}, std::span<const std::int64_t>(points),
               {{"long_name", "point of the sweep"}});
    file.write(group + "/series_of", {of_curve}, std::span<const std::int64_t>(series),
               {{"long_name", "series of the curve"}});
    write_doubles(file, group + "/x", {of_curve, sample}, padded(x, width), collapses.front()->variable);
    write_doubles(file, group + "/scaled", {of_curve, sample}, padded(scaled, width),
                  collapses.front()->shifted);
    write_doubles(file, group + "/value", {of_curve, sample}, padded(y, width),
                  collapses.front()->observable);
    write_doubles(file, group + "/stderr", {of_curve, sample}, padded(error, width), "its error");
}

void write_collapse(ResultFile& file, const std::vector<const CurveCollapse*>& collapses) {
    const CurveCollapse& first = *collapses.front();
    const std::string group = "/collapse/" + first.observable + "/" + first.variable;
    const std::string axis = group + "/series";
    std::vector<phases::Fitted> exponents;
    exponents.reserve(collapses.size());
    for (const CurveCollapse* collapse : collapses) exponents.push_back(collapse->found.exponent);
    number_scale(file, axis, collapses.size(), meaning_of_series);
    file.attributes(group, {{"shifted", first.shifted}});
    write_fitted(file, group + "/exponent", axis, exponents, "b of " + first.shifted);
    write_doubles(file, group + "/quality", {axis},
                  each(collapses, [](const auto* c) { return c->found.quality; }),
                  "S of Houdayer and Hartmann; 1 where curves agree within their errors");
    write_doubles(file, group + "/compared", {axis},
                  each(collapses, [](const auto* c) { return c->found.points; }), "points compared");
    write_curves(file, group, collapses);
}

void write_collapses(ResultFile& file, const AnalysisFindings& findings) {
    std::map<std::string, std::vector<const CurveCollapse*>> groups;
    for (const CurveCollapse& collapse : findings.collapses)
        groups[collapse.observable + "/" + collapse.variable].push_back(&collapse);
    for (const auto& entry : groups) write_collapse(file, entry.second);
}

}  // namespace

void write_analysis(const AnalysisFindings& findings, const std::string& path,
                    const std::string& command_line) {
    const auto alone = parallel::Communicator::serial();
    ResultFile file(alone, path);
    write_head(file, "kairos-summary");
    file.attributes("/", {{"command_line", command_line}});
    write_config(file, findings.analysis);
    write_points(file, findings.analysis);
    write_schedule_of_points(file, findings.analysis);
    write_transitions(file, findings.transitions);
    write_transitions_in_log_snr(file, findings.in_log_snr);
    write_comparisons(file, findings);
    write_fits(file, findings);
    write_collapses(file, findings);
    write_crossings(file, findings);
    file.publish();
}

}  // namespace kairos::app
