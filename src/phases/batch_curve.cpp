#include "batch_curve.hpp"

#include <boost/math/distributions/students_t.hpp>

namespace kairos::phases {

Curve folded_curve(const dynamics::Schedule& schedule, std::span<const Time> times,
                   const measure::BatchedCurve& batches, const CurveValue& value) {
    Curve curve{{}, Vector(static_cast<Index>(times.size()))};
    for (std::size_t i = 0; i < times.size(); ++i) {
        curve.log_snr.push_back(schedule.log_snr(times[i]).value);
        curve.values(static_cast<Index>(i)) = value(batches.all[i], i);
    }
    return curve;
}

Replicates::Replicates(Window window, const measure::BatchedCurve& batches, const CurveValue& value)
    : window_(window), value_(&value), curves_(batches.window(window.first, window.count)) {}

double Replicates::standard_error(const std::function<double(const Vector&)>& statistic) const {
    const auto of_fold = [&](std::span<const measure::Moments> folded) {
        Vector values(static_cast<Index>(folded.size()));
        for (std::size_t i = 0; i < folded.size(); ++i)
            values(static_cast<Index>(i)) = (*value_)(folded[i], window_.first + i);
        return statistic(values);
    };
    return measure::jackknife(curves_, of_fold).standard_error;
}

double Replicates::quantile() const {
    if (curves_.count < 2) return nan;
    return boost::math::quantile(boost::math::students_t(static_cast<double>(curves_.count) - 1.0), 0.975);
}

}  // namespace kairos::phases
