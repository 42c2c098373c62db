#include "lane_math.hpp"

#include <span>

#include "kairos/random/vector_math.hpp"

namespace kairos::dynamics {

void column_maxima(const Rows& a, Lanes& max, Lanes& top) {
    const Index m = a.cols();
    max = a.row(0).array();
    top.setZero(m);
    double* const greatest = max.data();
    double* const where = top.data();
    for (Index k = 1; k < a.rows(); ++k) {
        const double* const row = a.row(k).data();
        const double number = static_cast<double>(k);
        for (Index j = 0; j < m; ++j) {
            const bool greater = row[j] > greatest[j];
            where[j] = greater ? number : where[j];
            greatest[j] = greater ? row[j] : greatest[j];
        }
    }
}

void sum_of_others(const Rows& a, const Lanes& top, Lanes& others) {
    const Index m = a.cols();
    others.setZero(m);
    double* const sum = others.data();
    const double* const where = top.data();
    for (Index k = 0; k < a.rows(); ++k) {
        const double* const row = a.row(k).data();
        const double number = static_cast<double>(k);
        for (Index j = 0; j < m; ++j) {
            sum[j] += where[j] == number ? 0.0 : row[j];
        }
    }
}

// log(1 + x) = x log(u)/(u - 1) with u = 1 + x as rounded: the rounding of u cancels (Kahan).
void log1p_of(const Lanes& x, Lanes& out) {
    const Lanes u = 1.0 + x;
    Lanes logs(x.size());
    random::log_of(std::span(u.data(), static_cast<std::size_t>(u.size())),
                   std::span(logs.data(), static_cast<std::size_t>(logs.size())));
    out.resize(x.size());
    for (Index j = 0; j < x.size(); ++j) {
        const double rounded = u[j] - 1.0;
        const double safe = rounded == 0.0 ? 1.0 : rounded;
        out[j] = rounded == 0.0 ? x[j] : x[j] * (logs[j] / safe);
    }
}

}  // namespace kairos::dynamics
