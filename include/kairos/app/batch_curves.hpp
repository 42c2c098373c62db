// include/kairos/app/batch_curves.hpp: curves of scalar observables, batch by batch, as the jackknife wants them, whatever holds the batches.
//
// Up to 2048 batches each has its curve. Of more, consecutive ones are merged into at most that many blocks, which never reach across
// realisations: the error of a jackknife over 2048 groups is itself uncertain by less than 2 %, and memory stays that of 2048 curves however many
// files a merge reads. Every rank holds its share of the blocks and leaves those out: neither its memory nor its work grows with the ranks.
//
// Collective; the same estimates on every rank, with the same bits on any number of them. Curves hold on to the communicator.
#pragma once
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/measure/batched_curve.hpp"

namespace kairos::app {

class BatchCurves {
public:
    BatchCurves(const measure::ColumnPlan& plan, const Measured& measured,
                const parallel::Communicator& communicator);

    // Of all batches, or of those of one realisation, named as phases::BatchCurves says; empty for what was not measured.
    [[nodiscard]] measure::BatchedCurve all(const std::string& name);
    [[nodiscard]] measure::BatchedCurve of_realisation(const std::string& name, std::size_t which);

private:
    const measure::BatchedCurve& known(const std::string& name, parallel::BatchRange blocks);
    [[nodiscard]] measure::BatchedCurve measured_curve(const std::string& name,
                                                       parallel::BatchRange blocks) const;

    const measure::ColumnPlan& plan_;
    const Measured& measured_;
    const parallel::Communicator& communicator_;
    std::vector<parallel::BatchRange> blocks_;                          // of batches, in order
    std::vector<parallel::BatchRange> realisations_;                    // of blocks
    using Key = std::tuple<std::string, std::uint64_t, std::uint64_t>;  // name, and range of blocks
    std::map<Key, measure::BatchedCurve> known_;
};

}  // namespace kairos::app
