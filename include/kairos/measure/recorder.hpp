// include/kairos/measure/recorder.hpp: turns what is seen of a block at each time into the result of its batch.
//
// Consecutive batches may be worked on together, so that blocks fill their lanes whatever the size of a batch: begin_batches names their
// sizes, and the moments of each are kept apart. A block is announced (begin), seen once at every observation time in the order of its path
// (visit), and closed (finish), when quantities that need the whole path (entropy production) are known. Blocks of a batch are folded by
// the tree of moments.hpp.
//
// Trajectories below counted_from are in the moments of their batch, and in nothing else: what adds up over batches has counted them before,
// in a batch of an earlier run that was not full.
#pragma once
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kairos/measure/batch_rows.hpp"
#include "kairos/measure/column_plan.hpp"
#include "kairos/measure/decisions.hpp"
#include "kairos/measure/histogram.hpp"
#include "kairos/measure/landscape.hpp"

namespace kairos::measure {

// Raw values of the first trajectories.
struct PathRecord {
    std::uint64_t trajectory;
    std::vector<double> values;   // [scalar observable][T]
    std::vector<double> x;        // [T][r], if states are kept
    std::vector<double> radius2;  // [T], if states are kept and there is a complement
    // Leading eigenpairs of the posterior covariance, if states are kept and eigenvalues asked for: [T][k], [T][k][r], and with a
    // complement [T][k] along x_perp.
    std::vector<double> eigenvalues, eigenvectors, eigenvectors_radial;
    std::int64_t end_class = -1, end_datum = -1;
};

struct BatchResult {
    std::vector<Moments> moments;  // ColumnPlan::size, of one batch after the other
    std::map<std::string, std::vector<std::uint64_t>>
        decisions;                      // name -> paths that decided at each time [T]
    std::vector<Histogram> histograms;  // in the order asked for
    std::vector<PathRecord> paths;
    Landscape landscape;  // where it was asked for
};

struct RecordingSpec {
    std::vector<const Observable*> histograms;
    std::shared_ptr<const LandscapeSpec> landscape{};
    std::uint64_t paths = 0;  // the first trajectories are kept
    bool states = false;
    bool decisions = false;                           // reverse ensembles
    std::optional<dynamics::TimePoint> path_begin{};  // t_min where it is no observation time
    TrajectoryId counted_from{};
};

// Of the decisions that an ensemble keeps.
[[nodiscard]] std::vector<std::string> decision_names(const Setting& setting, const RecordingSpec& spec);

class Recorder {
public:
    Recorder(const Setting& setting, const ColumnPlan& plan, const RecordingSpec& spec,
             std::vector<dynamics::TimePoint> times);

    void begin_batch() { begin_batches({std::numeric_limits<std::uint64_t>::max()}); }
    void begin_batches(std::vector<std::uint64_t> sizes);
    // What is seen has `lanes` columns, of which the first `count` are recorded.
    void begin(TrajectoryId first, Index count) { begin(first, count, count); }
    void begin(TrajectoryId first, Index count, Index lanes);
    void visit(std::size_t time, const Sight& sight);
    // An end of the path where it is no observation time: what is measured against it.
    void visit_end(PathEnd end, const Sight& sight);
    // Components the paths of this block end in, one per trajectory (empty: not known).
    void finish(const std::vector<int>& end_components);
    // Every decision this ensemble keeps, with no counts.
    [[nodiscard]] std::map<std::string, std::vector<std::uint64_t>> undecided() const;
    // Observables kept along raw paths, in the order of PathRecord::values.
    [[nodiscard]] const std::vector<const Observable*>& path_observables() const { return scalars_; }
    [[nodiscard]] BatchResult take();

private:
    [[nodiscard]] std::span<const double> newly_counted(const Rows& values) const;
    void observe(const Column& column, std::size_t time, const Sight& sight);
    void record(const Column& column, std::size_t time);
    void check(const Column& value_column, std::size_t time, const Sight& sight);
    void add(const Column& column, std::size_t time, const Rows& values);
    void keep_paths(std::size_t time, const Sight& sight);
    void keep_eigenpairs(std::size_t time, const dynamics::Posterior& posterior, Index lane,
                         PathRecord& record) const;
    void close_whole_paths();
    void keep_ends(const std::vector<int>& end_components);
    void forget_counted_paths();

    Setting setting_;
    const ColumnPlan* plan_;
    RecordingSpec spec_;
    std::vector<dynamics::TimePoint> times_;
    std::vector<bool> fluctuation_told_;      // [T]: where any number of paths could tell E[e^-D]
    std::vector<const Observable*> scalars_;  // kept along raw paths
    BatchResult result_;

    BatchRows rows_;

    TrajectoryId first_{};
    Index count_ = 0, lanes_ = 0, kept_ = 0, eigenpairs_ = 0;
    std::size_t uncounted_ = 0;  // lanes, the first ones
    bool seen_before_ = false;
    std::size_t previous_time_ = 0;
    DecisionTracker class_decisions_, datum_decisions_;
    std::map<std::size_t, Rows> previous_value_, previous_expected_;  // by position of the column: increments
    std::map<std::size_t, std::vector<Rows>> whole_path_;  // by position of the column: [T] potentials
    std::map<std::size_t, Rows> ends_;                     // the same at ends that are not observed
    Rows value_, expected_;
};

}  // namespace kairos::measure
