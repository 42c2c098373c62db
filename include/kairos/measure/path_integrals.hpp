// include/kairos/measure/path_integrals.hpp: what is summed up along each trajectory of a block.
//
//   information since the start   A = int r(x_u) du = 1/2 int tr F(x_u) |d log snr|,  tr F = (alpha^2/sigma^2) tr Cov(y|x)
//   environment since the start   D_env along the direction of growing t: [ (f/g^2)|x|^2 ] - int |x|^2 d(f/g^2)
//
// environment() is a potential E(t), 0 at the first visit: D_env from t_1 to t_2 > t_1 is E(t_2) - E(t_1), whether the path was
// visited upward or downward in time.
//
// f/g^2 is constant for all kinds but flow-matching, where int |x|^2 d(f/g^2) = int (|x|^2 - E|x|^2) d(f/g^2) + int E|x|^2 d(f/g^2)
// with E|x|^2 = alpha^2 E|y|^2 + sigma^2 d of the law: the second part in closed form, so that averages over ensembles that have the
// law p_t carry no error of the times. For others it cancels in the limit of fine times.
//
// Trapezoidal rule in log snr between the times at which the posterior is evaluated (observation times and substeps); the
// prior average within components is integrated exactly (within.hpp). Reverse paths add from t_max down, forward ones from
// t_min up; marginal ensembles pair independent draws, which is unbiased for averages.
// Units: nats. Shapes: [m]. Source: docs/theory.md, "Identities"; Seifert 2005 for D.
#pragma once
#include <optional>

#include "kairos/dynamics/posterior.hpp"

namespace kairos::measure {

class PathIntegrals {
public:
    explicit PathIntegrals(const law::Law& law) : law_(&law) {}
    void begin(Index count);
    // At every posterior evaluation, in the order of the path; needs Request::spread.
    void visit(const dynamics::Posterior& posterior);

    [[nodiscard]] const Lanes& information() const { return information_; }  // |A| since begin
    [[nodiscard]] const Lanes& environment() const {
        return environment_;
    }  // D_env accumulated, signed for growing t
    // +1 where visits ascend in t, -1 where they descend, 0 before the second visit: direction() * information() grows with t.
    [[nodiscard]] double direction() const { return direction_; }

private:
    [[nodiscard]] double beyond_the_trapezoid(const dynamics::TimePoint& time);

    const law::Law* law_;
    bool started_ = false;
    double direction_ = 0, previous_log_snr_ = 0, previous_mean_information_ = 0, previous_ratio_ = 0;
    Lanes excess_filter_, previous_excess_filter_, previous_norm2_, information_, environment_;
    dynamics::TimePoint previous_time_{};
    std::optional<double> data_norm2_{};  // E|y|^2, where f/g^2 is not constant
};

}  // namespace kairos::measure
