#include "kairos/app/analysed_result.hpp"

#include <cmath>

#include "kairos/base/array.hpp"
#include "kairos/base/error.hpp"

namespace kairos::app {
namespace {

using phases::CriticalTime;

constexpr std::size_t most_blocks = 64;
constexpr const char* curves_that_collapse[] = {"class_collision", "class_entropy", "order_parameter"};

Readings& readings_on(AnalysedResult& read, TransitionAxis axis) {
    return read.readings[static_cast<std::size_t>(axis)];
}

// The transitions of every draw within a file; one that has no curve of its own is that of the file.
void read_transitions(const io::ResultReader& result, const dynamics::Schedule& schedule,
                      AnalysedResult& read) {
    Readings &in_time = readings_on(read, TransitionAxis::time),
             &in_snr = readings_on(read, TransitionAxis::log_snr);
    for (const auto& name : result.groups("/transitions")) {
        const auto whole = stored_transition(result, name);
        in_time.transitions[name] = whole;
        in_snr.transitions[name] = in_log_snr(schedule, whole);
        std::vector<CriticalTime>& draws = in_time.realised[name];
        const std::string group = "/realisations/transitions/" + name;
        if (result.has(group)) {
            const auto times = result.vector(group + "/time"), errors = result.vector(group + "/stderr");
            if (errors.size() != times.size())
                throw InputError(result.file(), group + "/stderr", "is not [realisation]",
                                 "The file is damaged.");
            for (std::size_t r = 0; r < times.size(); ++r)
                draws.push_back({times[r], errors[r], nan, nan, whole.theory});
        } else {
            draws.push_back(whole);
        }
        for (const CriticalTime& draw : draws) in_snr.realised[name].push_back(in_log_snr(schedule, draw));
    }
}

CriticalTime with_interval(double value, double error) {
    return {value, error, value - normal_quantile * error, value + normal_quantile * error, nan};
}

void add_decision(const std::string& name, const measure::Distribution& found, Readings& readings) {
    readings.transitions[name] = with_interval(found.mean, found.standard_error);
    readings.realised[name] = {readings.transitions[name]};
    readings.widths[name] = {with_interval(found.width, found.width_error)};
}

// Decisions are counted over all draws of a file together.
void read_decisions(const io::ResultReader& result, AnalysedResult& read) {
    Readings& in_snr = readings_on(read, TransitionAxis::log_snr);
    for (const auto& name : result.groups("/decisions")) {
        add_decision(name, stored_decisions(result, name, "/time"), readings_on(read, TransitionAxis::time));
        add_decision(name, stored_decisions(result, name, "/schedule/log_snr"), in_snr);
    }
    const auto nearest = in_snr.transitions.find("datum_last_change");
    if (nearest == in_snr.transitions.end() || !in_snr.transitions.contains("collapse_nearest")) return;
    in_snr.transitions["collapse_nearest"] = nearest->second;
    in_snr.realised["collapse_nearest"] = {nearest->second};
}

void read_curves(const io::ResultReader& result, AnalysedResult& read) {
    const std::vector<std::uint64_t> batches = batches_of_realisations(result);
    read.draws = batches.size();
    for (const std::string observable : curves_that_collapse) {
        if (!has_batches(result, observable)) continue;
        const auto all = batches_of(result, observable);
        if (all.front().size() != read.times.size()) continue;
        std::size_t begin = 0;
        for (const std::uint64_t count : batches) {
            if (begin + count > all.size())
                throw InputError(result.file(), "/realisation", "counts more batches than there are",
                                 "The file is damaged.");
            read.curves[observable].push_back(
                measure::blocks_of(std::span(all).subspan(begin, count), most_blocks));
            begin += count;
        }
    }
}

bool is_exact(const Config& config) {
    const bool steps =
        config.direction == measure::Direction::reverse &&
        (config.integrator != dynamics::IntegratorKind::exact || config.start == StartKind::prior);
    return !steps && !config.guidance;
}

}  // namespace

const std::string& AnalysedResult::key(const std::string& name) const {
    static const std::string absent;
    const auto found = stored.keys.find(name);
    return found == stored.keys.end() ? absent : found->second;
}

CriticalTime in_log_snr(const dynamics::Schedule& schedule, const CriticalTime& found) {
    const auto place = [&](double time) {
        return std::isfinite(time) ? schedule.log_snr(Time{time}).value : nan;
    };
    if (!std::isfinite(found.time)) return {nan, nan, nan, nan, place(found.theory)};
    const Time t{found.time};
    const double slope = schedule.diffusion2(t) / schedule.sigma2(t);
    // log snr falls with t: the ends of the interval change sides
    return {place(found.time), found.standard_error * slope, place(found.ci95_high), place(found.ci95_low),
            place(found.theory)};
}

AnalysedResult read_analysed_result(const std::string& file) {
    const io::ResultReader result(file);
    AnalysedResult read;
    read.stored = {file, keys_of(result)};
    const Config config = config_of(file, read.stored.keys);
    const dynamics::Schedule schedule(config.process, config.limits);
    read.kind = config.process;
    read.disorder = config.has_disorder();
    read.exact = is_exact(config);
    read.times = result.vector("/time");
    read.log_snr = result.vector("/schedule/log_snr");
    if (read.log_snr.size() != read.times.size())
        throw InputError(file, "/schedule/log_snr", "is not [time]", "The file is damaged.");
    if (result.has("/class")) read.classes = static_cast<double>(result.vector("/class").size());
    read.samples = result.has_attribute("/", "samples") ? result.number("/", "samples")
                                                        : static_cast<double>(config.samples);
    read_transitions(result, schedule, read);
    read_decisions(result, read);
    read_curves(result, read);
    return read;
}

}  // namespace kairos::app
