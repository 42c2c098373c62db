// src/phases/curve_meeting.hpp: the place where two noisy curves of different size cross over x/size.
#pragma once
#include <array>
#include <optional>
#include <vector>

#include "kairos/phases/scaling_collapse.hpp"
#include "local_polynomial.hpp"

namespace kairos::phases {

// Where the smoothed curves change order, both between the heights. Of several the one that parts their differences best: by the difference of the
// sums before and after it, so that what noise makes of curves that nearly touch does not count.
struct Meeting {
    double place, height;
    std::size_t first, last;  // points of the larger curve around it at which both are between the heights
};
[[nodiscard]] std::optional<Meeting> meeting_of(const SizedCurve& smaller, const SizedCurve& larger,
                                                Heights compared);

// A polynomial over x/size through the difference of both curves at these points, weights 1/error; the smaller curve is interpolated there by cubics
// through its four nearest points. Points are chosen once: replicates keep them.
class MeetingFit {
public:
    // degree: as far as the number of points allows
    MeetingFit(const SizedCurve& smaller, const SizedCurve& larger, const Meeting& about, int degree);

    // The place nearest to `start` where the fit changes sign; NaN if it does not.
    [[nodiscard]] double operator()(const std::vector<double>& smaller, const std::vector<double>& larger,
                                    double start) const;

private:
    struct Point {
        std::size_t larger, smaller;    // of the larger curve, and the first of four of the smaller one
        std::array<double, 4> weights;  // of these four
    };
    std::vector<Point> points_;
    std::optional<LocalPolynomial> polynomial_;  // nothing where four points or fewer are left
};

}  // namespace kairos::phases
