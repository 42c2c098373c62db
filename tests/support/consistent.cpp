#include "support/consistent.hpp"

#include <gtest/gtest.h>

namespace kairos::test {

void expect_consistent(double mean, double standard_error, double exact, const std::string& what) {
    const double z = (mean - exact) / standard_error;
    const bool equal = mean == exact && standard_error == 0.0;
    EXPECT_TRUE(equal || (standard_error > 0.0 && std::isfinite(standard_error) && std::abs(z) < largest_z))
        << what << (what.empty() ? "" : ": ") << "mean " << mean << ", standard error " << standard_error
        << ", exact " << exact << ", z = " << z;
}

}  // namespace kairos::test
