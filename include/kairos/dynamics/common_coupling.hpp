// include/kairos/dynamics/common_coupling.hpp: posteriors at many times of trajectories whose times share one y and one z.
//
//   x_t = alpha y + sigma z,   P_j = mean_j . y,   Q_j = mean_j . z          (the only products with the data)
//   l_j(t) = (alpha^2/V) P_j + (alpha sigma/V) Q_j - (alpha^2/(2V)) |mean_j|^2 + log weight_j,   V = alpha^2 S + sigma^2
//   log p_t(x) = log sum_j e^l_j(t) - |x|^2/(2V) - (d/2) log(2 pi V)        means, y and x about a point amid the data, which changes no value
//
// For laws of data (components that share one isotropic covariance; d counts the complement, |x|^2 its R2). Two products serve every time;
// each time costs an exp a datum. Data are streamed in tiles: nothing of size n x m is held. Only log_density, norm2 and the latents are
// filled; where a request goes beyond them PosteriorEvaluator does the work.
//
// Shapes: y, z r x m, one column a trajectory. Units: nats. Errors: none. Values are those of PosteriorEvaluator to rounding.
// Source: docs/theory.md, "Exact posteriors".
#pragma once
#include <memory>
#include <vector>

#include "kairos/dynamics/posterior.hpp"

namespace kairos::dynamics {

class CommonCoupling {
public:
    [[nodiscard]] static bool serves(const law::Law& law);

    // law must outlive the object
    CommonCoupling(const law::Law& law, std::vector<TimePoint> times,
                   std::shared_ptr<const Shards> shards = {});
    ~CommonCoupling();
    CommonCoupling(const CommonCoupling&) = delete;
    CommonCoupling& operator=(const CommonCoupling&) = delete;
    CommonCoupling(CommonCoupling&&) noexcept;
    CommonCoupling& operator=(CommonCoupling&&) noexcept;

    // Trajectories a block should hold: 32 to 128, so that the sums at all times take no more than 64 MB.
    [[nodiscard]] Index block_size() const;

    // Everything that is summed over the data, at all times.
    void prepare(const Rows& y, const Rows& z);
    // The posterior at times[time]; states: alpha y + sigma z at that time.
    void evaluate(std::size_t time, const States& states, Posterior& out) const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace kairos::dynamics
