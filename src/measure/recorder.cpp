#include "kairos/measure/recorder.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace kairos::measure {
namespace {

std::span<const double> row(const Rows& values, Index i) {
    return {values.data() + i * values.cols(), static_cast<std::size_t>(values.cols())};
}

// A column of numbers of its own, not one of what identities keep beside theirs.
bool is_measured(const Column& column) {
    return column.quantity == Quantity::observable || column.quantity == Quantity::identity_value;
}

void count_decisions(std::span<const int> decided, std::vector<std::uint64_t>& counts) {
    for (const int time : decided)
        if (time >= 0) ++counts[static_cast<std::size_t>(time)];
}

void follow(DecisionTracker& decisions, std::size_t time, const dynamics::Latent& latent) {
    decisions.visit(time, latent.top, latent.max_weight);
}

}  // namespace

Recorder::Recorder(const Setting& setting, const ColumnPlan& plan, const RecordingSpec& spec,
                   std::vector<dynamics::TimePoint> times)
    : setting_(setting), plan_(&plan), spec_(spec), times_(std::move(times)) {
    constexpr double most_trajectories = 1e15;
    if (plan.find(Quantity::identity_value, "fluctuation") != nullptr)
        for (const auto& time : times_)
            fluctuation_told_.push_back(fluctuation_reportable(
                setting.law->mixture, spec_.path_begin.value_or(times_.front()), time, most_trajectories));
    for (const Column& column : plan.columns())
        if (column.quantity == Quantity::observable && column.observable->axis == Axis::none)
            scalars_.push_back(column.observable);
    if (spec_.states) eigenpairs_ = columns(*find_observable("posterior_eigenvalues"), setting_);
    begin_batch();
}

void Recorder::begin_batches(std::vector<std::uint64_t> sizes) {
    rows_.begin(std::move(sizes), plan_->size());
    result_ = {};
    result_.histograms.assign(spec_.histograms.size(), Histogram(times_.size()));
    result_.decisions = undecided();
    if (spec_.landscape) result_.landscape = Landscape(*spec_.landscape);
}

std::vector<std::string> decision_names(const Setting& setting, const RecordingSpec& spec) {
    std::vector<std::string> names;
    if (spec.decisions && setting.law->mixture.labels.any())
        names.insert(names.end(), {"class_last_change", "class_commitment"});
    if (spec.decisions && setting.law->empirical)
        names.insert(names.end(), {"datum_last_change", "datum_commitment"});
    return names;
}

std::map<std::string, std::vector<std::uint64_t>> Recorder::undecided() const {
    std::map<std::string, std::vector<std::uint64_t>> names;
    for (const std::string& name : decision_names(setting_, spec_)) names[name].assign(times_.size(), 0);
    return names;
}

void Recorder::begin(TrajectoryId first, Index count, Index lanes) {
    first_ = first;
    count_ = count;
    lanes_ = lanes;
    rows_.begin_block(count);
    seen_before_ = false;
    ends_.clear();
    class_decisions_.begin(lanes);
    datum_decisions_.begin(lanes);
    const std::uint64_t begin = number(first), counted_from = number(spec_.counted_from);
    uncounted_ =
        counted_from <= begin
            ? 0
            : static_cast<std::size_t>(std::min(counted_from - begin, static_cast<std::uint64_t>(count)));
    kept_ = begin >= spec_.paths ? 0 : std::min<Index>(count, static_cast<Index>(spec_.paths - begin));
    for (Index j = 0; j < kept_; ++j) {
        PathRecord record;
        record.trajectory = begin + static_cast<std::uint64_t>(j);
        record.values.resize(scalars_.size() * times_.size());
        result_.paths.push_back(std::move(record));
    }
}

void Recorder::add(const Column& column, std::size_t time, const Rows& values) {
    for (Index c = 0; c < column.components; ++c)
        rows_.add(row(values, c).first(static_cast<std::size_t>(count_)), column.at(time, c));
}

void Recorder::visit(std::size_t time, const Sight& sight) {
    for (const Column& column : plan_->columns()) {
        if (column.quantity == Quantity::observable) observe(column, time, sight);
        if (column.quantity == Quantity::identity_value) check(column, time, sight);
    }
    if (spec_.landscape)
        result_.landscape.add(*spec_.landscape, time, *sight.states, *sight.posterior,
                              {static_cast<Index>(uncounted_), count_});
    const auto& labels = setting_.law->mixture.labels;
    if (spec_.decisions && labels.any())
        follow(class_decisions_, time, sight.posterior->levels[labels.class_level]);
    if (spec_.decisions && setting_.law->empirical)
        follow(datum_decisions_, time, sight.posterior->component);
    if (kept_ > 0 && spec_.states) keep_paths(time, sight);
    previous_time_ = time;
    seen_before_ = true;
}

void Recorder::visit_end(PathEnd end, const Sight& sight) {
    for (const Column& column : plan_->columns()) {
        if (!is_measured(column) || column.measured_from() != end) continue;
        Rows& value = ends_[column.first];
        value.resize(column.components, lanes_);
        expected_.resize(column.components, lanes_);
        if (column.observable)
            column.observable->evaluate(sight, value);
        else
            column.identity->evaluate(sight, value, expected_);
    }
}

void Recorder::observe(const Column& column, std::size_t time, const Sight& sight) {
    value_.resize(column.components, lanes_);
    column.observable->evaluate(sight, value_);
    if (column.observable->whole_path) {
        auto& potentials = whole_path_[column.first];
        potentials.resize(times_.size());
        potentials[time] = value_;
        return;
    }
    record(column, time);
}

std::span<const double> Recorder::newly_counted(const Rows& values) const {
    return row(values, 0).first(static_cast<std::size_t>(count_)).subspan(uncounted_);
}

// What is known of an observable at one time goes to its moments, its histogram and the raw paths.
void Recorder::record(const Column& column, std::size_t time) {
    add(column, time, value_);
    for (std::size_t h = 0; h < spec_.histograms.size(); ++h)
        if (spec_.histograms[h] == column.observable) result_.histograms[h].add(time, newly_counted(value_));
    if (kept_ == 0 || column.observable->axis != Axis::none) return;
    const auto which = static_cast<std::size_t>(
        std::find(scalars_.begin(), scalars_.end(), column.observable) - scalars_.begin());
    const std::size_t base = result_.paths.size() - static_cast<std::size_t>(kept_);
    for (Index j = 0; j < kept_; ++j)
        result_.paths[base + static_cast<std::size_t>(j)].values[which * times_.size() + time] = value_(0, j);
}

void Recorder::check(const Column& column, std::size_t time, const Sight& sight) {
    const Identity& identity = *column.identity;
    const std::size_t position = static_cast<std::size_t>(&column - plan_->columns().data());
    const Column& difference = plan_->columns()[position + 1];
    value_.resize(column.components, lanes_);
    expected_.resize(column.components, lanes_);
    identity.evaluate(sight, value_, expected_);
    if (identity.whole_path) {
        auto& potentials = whole_path_[column.first];
        potentials.resize(times_.size());
        potentials[time] = value_;
        return;
    }
    if (identity.increments) {
        Rows& before_value = previous_value_[column.first];
        Rows& before_expected = previous_expected_[column.first];
        std::swap(before_value, value_);
        std::swap(before_expected, expected_);
        if (!seen_before_) return;
        // `before_*` now holds this time, value_ the previous one; the difference is later minus earlier.
        const double sign = time > previous_time_ ? 1.0 : -1.0;
        const Rows rounding = 1e-12 * (before_value.cwiseAbs() + before_expected.cwiseAbs());
        value_ = sign * (before_value - value_);
        expected_ = sign * (before_expected - expected_);
        // Where the potentials hardly change, what is left of their difference is rounding.
        value_ = ((value_ - expected_).array().abs() > rounding.array()).select(value_, expected_);
        time = std::max(time, previous_time_);
    }
    add(column, time, value_);
    expected_ = value_ - expected_;
    add(difference, time, expected_);
    std::size_t next = position + 2;
    for (const auto extra : {identity.centre, identity.noise}) {
        if (extra == nullptr) continue;
        expected_.resize(1, lanes_);
        extra(sight, expected_);
        add(plan_->columns()[next++], time, expected_);
    }
}

void Recorder::finish(const std::vector<int>& end_components) {
    close_whole_paths();
    rows_.close_block();
    keep_ends(end_components);
    forget_counted_paths();
    if (!spec_.decisions) return;
    const auto count = [this](const std::vector<int>& decided, const char* name) {
        const auto some = std::span(decided).first(static_cast<std::size_t>(count_));
        count_decisions(some.subspan(uncounted_), result_.decisions[name]);
    };
    if (setting_.law->mixture.labels.any()) {
        count(class_decisions_.last_change(), "class_last_change");
        count(class_decisions_.commitment(), "class_commitment");
    }
    if (setting_.law->empirical) {
        count(datum_decisions_.last_change(), "datum_last_change");
        count(datum_decisions_.commitment(), "datum_commitment");
    }
}

BatchResult Recorder::take() {
    result_.moments = rows_.take();
    return std::move(result_);
}

void Recorder::close_whole_paths() {
    for (std::size_t position = 0; position < plan_->columns().size(); ++position) {
        const Column& column = plan_->columns()[position];
        if (!is_measured(column) || !column.measured_from()) continue;
        const auto& potentials = whole_path_.at(column.first);
        const auto end = ends_.find(column.first);
        const Rows& origin = end != ends_.end()                         ? end->second
                             : column.measured_from() == PathEnd::t_max ? potentials.back()
                                                                        : potentials.front();
        for (std::size_t time = 0; time < times_.size(); ++time) {
            value_ = potentials[time] - origin;
            if (column.quantity == Quantity::observable) {
                record(column, time);
                continue;
            }
            if (!fluctuation_told_[time]) continue;
            value_ = (-value_.array()).exp().matrix();
            add(column, time, value_);
            value_.array() -= 1.0;
            add(plan_->columns()[position + 1], time, value_);
        }
    }
}

}  // namespace kairos::measure
