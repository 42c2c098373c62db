#include "kairos/app/analysis_text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "kairos/app/text.hpp"

namespace kairos::app {
namespace {

using Row = std::vector<std::string>;

// "-" where there is no number.
std::string cell(double value, const char* pattern = "%.5f") {
    if (std::isnan(value)) return "-";
    char text[64];
    std::snprintf(text, sizeof text, pattern, value);
    return text;
}

std::string interval(double low, double high) {
    if (std::isnan(low)) return "-";
    char text[64];
    std::snprintf(text, sizeof text, "[%.5f, %.5f]", low, high);
    return text;
}

// Columns as wide as their widest cell; the first to the left, the others to the right.
std::string aligned(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths(rows.front().size(), 0);
    for (const Row& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    std::string text;
    for (const Row& row : rows) {
        for (std::size_t c = 0; c < row.size(); ++c) {
            const std::size_t blanks = widths[c] - row[c].size();
            if (c > 0) text.append(blanks + 2, ' ');
            text += row[c];
            if (c == 0) text.append(blanks, ' ');
        }
        text.erase(text.find_last_not_of(' ') + 1);
        text += '\n';
    }
    return text;
}

std::string short_name(const std::string& key) { return key.substr(key.find('.') + 1); }

// The values of the varied keys at a point.
Row place_of(const Analysis& analysis, std::size_t point) {
    Row cells;
    const Keys& keys = analysis.points[point].keys;
    for (const std::string& key : analysis.varied) cells.push_back(keys.contains(key) ? keys.at(key) : "-");
    return cells;
}

// A criterion that no point has a time for, nor a prediction, is left out of the text.
bool is_met(const std::vector<PointTransition>& at_points) {
    return std::ranges::any_of(at_points, [](const PointTransition& found) {
        return std::isfinite(found.value) || std::isfinite(found.theory);
    });
}

bool any_has(const TransitionTable& transitions, double PointTransition::*number) {
    for (const auto& entry : transitions)
        for (const PointTransition& found : entry.second)
            if (std::isfinite(found.*number)) return true;
    return false;
}

std::string transition_rows(const AnalysisFindings& findings) {
    if (findings.transitions.empty()) return "transitions: none\n";
    const bool disorder = any_has(findings.transitions, &PointTransition::disorder_error),
               decisions = any_has(findings.transitions, &PointTransition::width);
    Row head = {"transition"};
    for (const std::string& key : findings.analysis.varied) head.push_back(short_name(key));
    head.insert(head.end(), {"time", "stderr", "95 % interval", "theory", "log snr", "stderr"});
    if (decisions) head.insert(head.end(), {"width", "stderr", "in log snr", "stderr"});
    if (disorder) head.insert(head.end(), {"realisations", "spread", "stderr over disorder"});
    std::vector<Row> rows = {head};
    for (const auto& [name, at_points] : findings.transitions)
        for (std::size_t i = 0; i < at_points.size() && is_met(at_points); ++i) {
            const PointTransition &found = at_points[i], &snr = findings.in_log_snr.at(name)[i];
            Row row = {name};
            const Row place = place_of(findings.analysis, i);
            row.insert(row.end(), place.begin(), place.end());
            row.insert(row.end(), {cell(found.value), cell(found.noise, "%.2g"),
                                   interval(found.ci95_low, found.ci95_high), cell(found.theory),
                                   cell(snr.value), cell(snr.noise, "%.2g")});
            if (decisions)
                row.insert(row.end(), {cell(found.width), cell(found.width_error, "%.2g"), cell(snr.width),
                                       cell(snr.width_error, "%.2g")});
            if (disorder)
                row.insert(row.end(), {std::to_string(found.realisations), cell(found.spread, "%.2g"),
                                       cell(found.disorder_error, "%.2g")});
            rows.push_back(std::move(row));
        }
    return aligned(rows);
}

// What sets one law apart from the others.
Row law_cells(const Analysis& analysis, std::size_t point) {
    Row cells;
    const Keys& keys = analysis.points[point].keys;
    for (const std::string& key : analysis.varied)
        if (key.starts_with("data.")) cells.push_back(keys.contains(key) ? keys.at(key) : "-");
    return cells;
}

std::string schedule_rows(const AnalysisFindings& findings) {
    if (findings.comparisons.empty()) return "";
    const Analysis& analysis = findings.analysis;
    std::vector<Row> rows = {{"schedules"}};
    for (const std::string& key : analysis.varied)
        if (key.starts_with("data.")) rows.front().push_back(short_name(key));
    for (const char* title : {"points", "log snr", "stderr", "range", "chi^2", "dof", "largest z", "of"})
        rows.front().emplace_back(title);
    for (const ScheduleComparison& comparison : findings.comparisons) {
        const measure::Agreement& found = comparison.log_snr;
        Row row = {comparison.transition};
        const Row law = law_cells(analysis, comparison.points.front());
        row.insert(row.end(), law.begin(), law.end());
        const bool judged = std::isfinite(found.chi2);
        row.insert(row.end(),
                   {std::to_string(comparison.points.size()), cell(found.mean),
                    cell(found.standard_error, "%.2g"), cell(found.range, "%.2g"), cell(found.chi2, "%.2f"),
                    judged ? std::to_string(found.degrees_of_freedom) : "-", cell(found.largest_z, "%.2f"),
                    judged ? analysis.schedules[analysis.points[comparison.farthest()].schedule] : "-"});
        if (!comparison.not_compared.empty()) row.back() = "not compared: " + comparison.not_compared;
        rows.push_back(std::move(row));
    }
    return aligned(rows);
}

// What sets one series of points apart from the others.
std::string series_name(const Analysis& analysis, std::size_t point) {
    Row marks;
    if (analysis.schedules.size() > 1) marks.push_back(analysis.schedules[analysis.points[point].schedule]);
    for (const std::string key : {"data.separation", "data.components", "guidance.weight"})
        if (std::ranges::find(analysis.varied, key) != analysis.varied.end())
            marks.push_back(short_name(key) + "=" + analysis.points[point].keys.at(key));
    return marks.empty() ? "all" : joined(marks, " ");
}

std::string fit_rows(const AnalysisFindings& findings) {
    if (findings.fits.empty()) return "";
    std::vector<Row> rows = {{"fit", "against", "of", "points", "slope", "stderr", "noise alone", "intercept",
                              "stderr", "chi^2", "dof"}};
    for (const TransitionFit& fit : findings.fits) {
        const auto& [slope, intercept, covariance, chi2, dof] = fit.line;
        rows.push_back({fit.transition, fit.against.text, series_name(findings.analysis, fit.points.front()),
                        std::to_string(fit.points.size()), cell(slope.value),
                        cell(slope.standard_error(), "%.2g"), cell(slope.statistical, "%.2g"),
                        cell(intercept.value), cell(intercept.standard_error(), "%.2g"), cell(chi2, "%.2f"),
                        std::to_string(dof)});
    }
    return aligned(rows);
}

std::string collapse_rows(const AnalysisFindings& findings) {
    if (findings.collapses.empty()) return "";
    std::vector<Row> rows = {{"data collapse", "over", "of", "curves", "exponent b", "stderr", "noise alone",
                              "quality S", "compared"}};
    for (const CurveCollapse& collapse : findings.collapses) {
        const auto& [exponent, quality, points] = collapse.found;
        rows.push_back({collapse.observable, collapse.shifted,
                        series_name(findings.analysis, collapse.points.front()),
                        std::to_string(collapse.points.size()), cell(exponent.value),
                        cell(exponent.standard_error(), "%.2g"), cell(exponent.statistical, "%.2g"),
                        cell(quality, "%.2f"), std::to_string(points)});
    }
    return aligned(rows) +
           "S = 1: curves agree within their errors; much more: they do not fall on one another.\n";
}

std::vector<Row> crossing_rows_of(const AnalysisFindings& findings, const CurveCollapse& collapse) {
    const auto& points = findings.analysis.points;
    const Row mark = {collapse.observable, collapse.divided,
                      series_name(findings.analysis, collapse.points.front())};
    std::vector<Row> rows;
    const auto add = [&](const std::string& sizes, const phases::Fitted& place, double height) {
        rows.push_back(mark);
        rows.back().insert(rows.back().end(), {sizes, cell(place.value), cell(place.standard_error(), "%.2g"),
                                               cell(place.statistical, "%.2g"), cell(height, "%.4f")});
    };
    for (const phases::SizeCrossing& pair : collapse.crossings.pairs) {
        const auto [smaller, larger] = collapse.points_of(pair);
        std::string sizes = cell(points[smaller].dimension, "%.10g");
        add(sizes.append(", ").append(cell(points[larger].dimension, "%.10g")), pair.place, pair.height);
    }
    if (const auto& limit = collapse.crossings.line.intercept; std::isfinite(limit.value))
        add("1/d -> 0", limit, std::nan(""));
    return rows;
}

// Curves that cross nowhere are left out of the text.
std::string crossing_rows(const AnalysisFindings& findings) {
    std::vector<Row> rows = {
        {"crossing", "over", "of", "dimensions", "at", "stderr", "noise alone", "height"}};
    for (const CurveCollapse& collapse : findings.collapses) {
        if (std::ranges::none_of(collapse.crossings.pairs, [](const phases::SizeCrossing& pair) {
                return std::isfinite(pair.place.value);
            }))
            continue;
        const std::vector<Row> more = crossing_rows_of(findings, collapse);
        rows.insert(rows.end(), more.begin(), more.end());
    }
    if (rows.size() == 1) return "";
    return aligned(rows) +
           "Where curves of neighbouring dimensions cross; in the limit the exponent b of their collapse.\n";
}

std::string heading(const Analysis& analysis) {
    const Keys& keys = analysis.results.front().stored.keys;
    std::string text = std::to_string(analysis.results.size()) + " results at " +
                       std::to_string(analysis.points.size()) +
                       (analysis.points.size() == 1 ? " point: " : " points: ") + keys.at("data.model") +
                       ", " + joined(analysis.schedules, ", ");
    if (!analysis.varied.empty()) text += "; varied: " + joined(analysis.varied, ", ");
    return text + "\n\n";
}

}  // namespace

AnalysisFindings analysed(const std::vector<std::string>& files) {
    AnalysisFindings findings;
    findings.analysis = read_analysis(files);
    findings.transitions = transitions_of(findings.analysis, TransitionAxis::time);
    findings.in_log_snr = transitions_of(findings.analysis, TransitionAxis::log_snr);
    findings.comparisons = comparisons_of(findings.analysis, findings.in_log_snr);
    findings.fits = fits_of(findings.analysis, findings.transitions);
    findings.collapses = collapses_of(findings.analysis);
    return findings;
}

std::string analysis_text(const AnalysisFindings& findings) {
    std::string text = heading(findings.analysis);
    for (const std::string& table : {transition_rows(findings), schedule_rows(findings), fit_rows(findings),
                                     collapse_rows(findings), crossing_rows(findings)})
        if (!table.empty()) text.append(table).append("\n");
    for (const std::string& note : findings.analysis.notes) text.append("note: ").append(note).append(".\n");
    return text;
}

}  // namespace kairos::app
