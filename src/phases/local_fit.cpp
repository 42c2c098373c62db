#include "local_fit.hpp"

#include <cmath>

namespace kairos::phases {

LocalFit::LocalFit(Window window, std::span<const double> log_snr, const Vector& weights, int degree,
                   Target target, double reference)
    : window_(window),
      polynomial_(log_snr.subspan(window.first, window.count), weights, degree),
      target_(target),
      reference_(reference) {}

double LocalFit::operator()(const Vector& values, std::size_t offset, double start) const {
    Vector inside =
        values.segment(static_cast<Index>(window_.first - offset), static_cast<Index>(window_.count));
    if (!inside.allFinite()) return nan;
    if (target_ == Target::maximum_of_log) inside = inside.cwiseMax(reference_).array().log();
    if (target_ == Target::maximum_of_fourth_root) inside = inside.cwiseMax(reference_).array().sqrt().sqrt();
    Vector c = polynomial_.coefficients(inside);
    if (target_ == Target::level)
        c(0) -= reference_;
    else
        c = derivative(c);
    return polynomial_.from_unit(nearest_root(c, polynomial_.to_unit(start), target_ != Target::level));
}

}  // namespace kairos::phases
