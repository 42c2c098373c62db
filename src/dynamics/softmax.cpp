#include "softmax.hpp"

#include <span>

#include "kairos/random/vector_math.hpp"
#include "lane_math.hpp"

namespace kairos::dynamics {
namespace {

// Far below where exp is 0: keeps the square of a shifted logit finite, even of one that overflowed to -inf.
constexpr double lowest = -1e4;

}  // namespace

void softmax(Rows& logits, Rows& weights, Softmax& out) {
    column_maxima(logits, out.max, out.top);
    for (Index k = 0; k < logits.rows(); ++k) {
        logits.row(k).array() = (logits.row(k).array() - out.max).max(lowest);
    }
    weights.resize(logits.rows(), logits.cols());
    const auto size = static_cast<std::size_t>(logits.size());
    random::exp_of(std::span<const double>(logits.data(), size), std::span<double>(weights.data(), size));

    sum_of_others(weights, out.top, out.others);
    log1p_of(out.others, out.log_total);
    for (Index k = 0; k < weights.rows(); ++k) {
        weights.row(k).array() /= 1.0 + out.others;
    }
}

}  // namespace kairos::dynamics
