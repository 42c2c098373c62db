// include/kairos/app/batch_curves.hpp: curves of scalar observables, batch by batch, as the jackknife wants them, whatever holds the batches.
//
// Up to 2048 batches each has its curve. Of more, consecutive ones are merged into at most that many blocks, which never reach across
// realisations: the error of a jackknife over 2048 groups is itself uncertain by less than 2 %, and memory stays that of 2048 curves however many
// files a merge reads.
//
// Collective; the same curves on every rank.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "kairos/app/run_loop.hpp"
#include "kairos/measure/jackknife.hpp"

namespace kairos::app {

class BatchCurves {
public:
    BatchCurves(const measure::ColumnPlan& plan, const Measured& measured,
                const parallel::Communicator& communicator);

    // Of all batches, or of those of one realisation, named as phases::BatchCurves says; empty for what was not measured.
    [[nodiscard]] std::vector<measure::MomentCurve> all(const std::string& name);
    [[nodiscard]] std::vector<measure::MomentCurve> of_realisation(const std::string& name,
                                                                   std::size_t which);

private:
    const std::vector<measure::MomentCurve>& known(const std::string& name);

    const measure::ColumnPlan& plan_;
    const Measured& measured_;
    const parallel::Communicator& communicator_;
    std::vector<parallel::BatchRange> blocks_;        // of batches, in order
    std::vector<parallel::BatchRange> realisations_;  // of blocks
    std::map<std::string, std::vector<measure::MomentCurve>> known_;
};

}  // namespace kairos::app
