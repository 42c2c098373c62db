// What a model cannot be is refused, and the error names the key, its value, what is allowed and how to mend
// it.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "kairos/base/error.hpp"
#include "kairos/law/models.hpp"

namespace kairos {
namespace {

using law::ModelKind;
using law::Representation;

struct Refusal {
    std::string key, value, allowed;
    std::function<void(law::ModelSpec&)> spoil;
    ModelKind kind;
    Representation representation = Representation::reduced;
};

law::ModelSpec valid(ModelKind kind) {
    law::ModelSpec spec;
    spec.kind = kind;
    spec.dimension = 8;
    spec.separations = {1.0, 1.0};
    return spec;
}

class EveryRefusal : public ::testing::TestWithParam<Refusal> {};

TEST_P(EveryRefusal, NamesKeyValueAllowedAndMend) {
    const Refusal& refusal = GetParam();
    law::ModelSpec spec = valid(refusal.kind);
    ASSERT_NO_THROW(std::ignore = law::build_law(spec, refusal.representation));
    refusal.spoil(spec);
    try {
        std::ignore = law::build_law(spec, refusal.representation);
        FAIL() << "no refusal of " << refusal.key << " = " << refusal.value;
    } catch (const ConfigError& error) {
        EXPECT_EQ(error.key, refusal.key);
        EXPECT_EQ(error.value, refusal.value);
        EXPECT_NE(error.allowed.find(refusal.allowed), std::string::npos) << error.what();
        EXPECT_FALSE(error.mend.empty()) << error.what();
        EXPECT_EQ(error.code(), ExitCode::configuration);
    }
}

using Spec = law::ModelSpec;
std::vector<Refusal> refusals() {
    const double nan = std::nan("");
    return {
        {"data.components", "3", "2", [](Spec& s) { s.components = 3; }, ModelKind::two_clusters},
        {"data.components", "10", "2 to 9", [](Spec& s) { s.components = 10; }, ModelKind::simplex},
        {"data.components", "1", "2 to 9", [](Spec& s) { s.components = 1; }, ModelKind::simplex},
        {"data.components", "10", "2 to 9", [](Spec& s) { s.components = 10; }, ModelKind::unequal_variances},
        {"data.components", "40000", "32768", [](Spec& s) { s.components = 40000, s.dimension = 1e9; },
         ModelKind::simplex},
        {"data.components", "0", "1 to", [](Spec& s) { s.components = 0; }, ModelKind::corners},
        {"data.dimension", "0", "from 1", [](Spec& s) { s.dimension = 0; }, ModelKind::two_clusters},
        {"data.dimension", "2.5", "integer", [](Spec& s) { s.dimension = 2.5; }, ModelKind::two_clusters},
        {"data.dimension", "nan", "integer", [nan](Spec& s) { s.dimension = nan; }, ModelKind::two_clusters},
        {"data.dimension", "10000000000", "4294967294", [](Spec& s) { s.dimension = 1e10; },
         ModelKind::random_clusters},
        {"data.dimension", "9000", "8192", [](Spec& s) { s.dimension = 9000; }, ModelKind::gaussian_process},
        {"data.separation", "0", "positive", [](Spec& s) { s.separation = 0; }, ModelKind::two_clusters},
        {"data.separation", "-1", "0 or a positive", [](Spec& s) { s.separation = -1; },
         ModelKind::unequal_variances},
        {"data.separation", "inf", "positive", [](Spec& s) { s.separation = INFINITY; },
         ModelKind::random_clusters},
        {"data.sigma", "1e+160", "at most 3.5", [](Spec& s) { s.sigma = {1e160}; }, ModelKind::simplex},
        {"data.sigma", "1,2,3", ">= 0",
         [](Spec& s) {
             s.sigma = {1, 2, 3};
         },
         ModelKind::two_clusters},
        {"data.sigma", "-1", ">= 0", [](Spec& s) { s.sigma = {-1}; }, ModelKind::simplex},
        {"data.sigma", "", ">= 0", [](Spec& s) { s.sigma = {}; }, ModelKind::simplex},
        {"data.sigma", "1,2", "one number",
         [](Spec& s) {
             s.sigma = {1, 2};
         },
         ModelKind::low_rank},
        {"data.weights", "1,2,3", "2 positive",
         [](Spec& s) {
             s.weights = {1, 2, 3};
         },
         ModelKind::two_clusters},
        {"data.weights", "1,0", "2 positive",
         [](Spec& s) {
             s.weights = {1, 0};
         },
         ModelKind::two_clusters},
        {"data.weights", "1,nan", "2 positive",
         [nan](Spec& s) {
             s.weights = {1, nan};
         },
         ModelKind::corners},
        {"data.weights", "1,1", "1 positive",
         [](Spec& s) {
             s.weights = {1, 1};
         },
         ModelKind::gaussian_process},
        {"data.weights", "1e+200,1e-200", "2.3e-308",
         [](Spec& s) {
             s.weights = {1e200, 1e-200};
         },
         ModelKind::two_clusters},
        {"data.branching", "1", "2 or more", [](Spec& s) { s.branching = 1; }, ModelKind::hierarchical},
        {"data.levels", "0", "1 or more", [](Spec& s) { s.levels = 0; }, ModelKind::hierarchical},
        {"data.levels", "4", "<= data.dimension = 8",
         [](Spec& s) {
             s.levels = 4, s.separations = {1, 1, 1, 1};
         },
         ModelKind::hierarchical},
        {"data.separations", "1", "2 positive numbers", [](Spec& s) { s.separations = {1}; },
         ModelKind::hierarchical},
        {"data.separations", "1,0", "2 positive numbers",
         [](Spec& s) {
             s.separations = {1, 0};
         },
         ModelKind::hierarchical},
        {"data.rank", "9", "1 to data.dimension = 8", [](Spec& s) { s.rank = 9; }, ModelKind::low_rank},
        {"data.rank", "0", "1 to data.dimension = 8", [](Spec& s) { s.rank = 0; }, ModelKind::low_rank,
         Representation::full},
        {"data.residual-sigma", "-0.5", "positive", [](Spec& s) { s.residual_sigma = -0.5; },
         ModelKind::low_rank},
        {"data.residual-sigma", "1e+160", "at most 3.5", [](Spec& s) { s.residual_sigma = 1e160; },
         ModelKind::low_rank},
        {"data.separation", "1e+141", "at most 1e+139 in 100 dimensions",
         [](Spec& s) { s.separation = 1e141, s.dimension = 100; }, ModelKind::corners},
        {"data.separations", "1,1e+140", "at most 3.5",
         [](Spec& s) {
             s.separations = {1, 1e140};
         },
         ModelKind::hierarchical},
        {"data.length-scale", "0", "positive", [](Spec& s) { s.length_scale = 0; },
         ModelKind::gaussian_process},
        {"data.class-level", "3", "1 to 2", [](Spec& s) { s.class_level = 2; }, ModelKind::hierarchical},
        {"data.class-level", "2", "1", [](Spec& s) { s.class_level = 1; }, ModelKind::two_clusters},
        {"ensemble.representation", "reduced", "full or auto", [](Spec& s) { s.components = 9; },
         ModelKind::random_clusters},
    };
}
INSTANTIATE_TEST_SUITE_P(Models, EveryRefusal, ::testing::ValuesIn(refusals()));

TEST(Models, FromFilesAreNotBuiltHere) {
    law::ModelSpec spec;
    spec.kind = ModelKind::dataset_file;
    EXPECT_THROW(std::ignore = law::build_law(spec, Representation::full), std::invalid_argument);
    EXPECT_EQ(law::cheaper_representation(spec), Representation::full);
}

}  // namespace
}  // namespace kairos
