// The registry of random streams, number by number: a changed number changes every result, and two equal ones share noise.
#include "kairos/random/purpose.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <set>
#include <string>
#include <type_traits>

#include "kairos/random/noise.hpp"

namespace kairos::random {
namespace {

static_assert(std::is_same_v<std::underlying_type_t<Purpose>, std::uint8_t>,
              "a purpose has 8 bits of the counter");

// Without a default: the compiler names a purpose that is missing here, and refuses two of one number.
const char* name_of(Purpose purpose) {
    switch (purpose) {
        case Purpose::data_means:
            return "data_means";
        case Purpose::data_directions:
            return "data_directions";
        case Purpose::data_component:
            return "data_component";
        case Purpose::data_sample:
            return "data_sample";
        case Purpose::start_component:
            return "start_component";
        case Purpose::start_datum:
            return "start_datum";
        case Purpose::start_noise:
            return "start_noise";
        case Purpose::transition:
            return "transition";
        case Purpose::choice:
            return "choice";
        case Purpose::radial:
            return "radial";
        case Purpose::end_class:
            return "end_class";
        case Purpose::start_radial:
            return "start_radial";
        case Purpose::clone_prefix:
            return "clone_prefix";
        case Purpose::clone_step:
            return "clone_step";
        case Purpose::clone_choice:
            return "clone_choice";
        case Purpose::clone_radial:
            return "clone_radial";
        case Purpose::clone_end:
            return "clone_end";
        case Purpose::clone_angle:
            return "clone_angle";
        case Purpose::pilot:
            return "pilot";
        case Purpose::probe:
            return "probe";
        case Purpose::tangent:
            return "tangent";
        case Purpose::screen:
            return "screen";
        case Purpose::top_variance:
            return "top_variance";
        case Purpose::fixed_points:
            return "fixed_points";
    }
    return nullptr;
}

// Every number that means something.
std::map<int, std::string> registry() {
    std::map<int, std::string> found;
    for (int number = 0; number < 256; ++number)
        if (const char* name = name_of(static_cast<Purpose>(number))) found[number] = name;
    return found;
}

TEST(Purpose, NumbersAreThoseThatResultsWereMadeWith) {
    const std::map<int, std::string> pinned = {
        {1, "data_means"},       {2, "data_directions"}, {3, "data_component"}, {4, "data_sample"},
        {16, "start_component"}, {17, "start_datum"},    {18, "start_noise"},   {19, "transition"},
        {20, "choice"},          {21, "radial"},         {22, "end_class"},     {23, "start_radial"},
        {32, "clone_prefix"},    {33, "clone_step"},     {34, "clone_choice"},  {35, "clone_radial"},
        {36, "clone_end"},       {37, "clone_angle"},    {48, "pilot"},         {49, "probe"},
        {50, "tangent"},         {51, "screen"},         {52, "top_variance"},  {60, "fixed_points"}};
    EXPECT_EQ(registry(), pinned);
}

TEST(Purpose, NoTwoShareNoise) {
    std::set<double> seen;
    std::size_t drawn = 0;
    for (const auto& [number, name] : registry()) {
        std::array<double, 16> u{};
        fill_uniforms({.seed = 5, .purpose = static_cast<Purpose>(number)}, TrajectoryId{0}, StepId{0}, u);
        seen.insert(u.begin(), u.end());
        drawn += u.size();
        EXPECT_EQ(seen.size(), drawn) << name << " repeats what another purpose drew";
    }
}

}  // namespace
}  // namespace kairos::random
