#include "information_line.hpp"

#include <cmath>
#include <vector>

namespace kairos::phases {
namespace {

// log(1 + S snr)
std::vector<double> information(std::span<const double> log_snr, double variance) {
    std::vector<double> out;
    for (const double x : log_snr) out.push_back(std::log1p(variance * std::exp(x)));
    return out;
}

}  // namespace

InformationLine::InformationLine(Window window, std::span<const double> log_snr, double variance)
    : window_(window),
      variance_(variance),
      line_(information(log_snr.subspan(window.first, window.count), variance),
            Vector::Ones(static_cast<Index>(window.count)), 1) {}

double InformationLine::operator()(const Vector& values, std::size_t offset, double) const {
    const Vector inside =
        values.segment(static_cast<Index>(window_.first - offset), static_cast<Index>(window_.count));
    const Vector c = line_.coefficients(inside);
    if (!(c(1) < 0.0)) return nan;
    const double zero = line_.from_unit(-c(0) / c(1));
    return zero > 0.0 ? std::log(std::expm1(zero) / variance_) : nan;
}

}  // namespace kairos::phases
