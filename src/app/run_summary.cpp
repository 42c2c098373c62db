#include "kairos/app/run_summary.hpp"

#include <cmath>
#include <cstdio>

#include "kairos/app/bifurcation.hpp"
#include "kairos/app/tables.hpp"
#include "kairos/app/text.hpp"
#include "kairos/measure/estimate.hpp"

namespace kairos::app {
namespace {

std::string realisations_text(const Config& config) {
    return config.realisations == 1 ? "" : ", " + std::to_string(config.realisations) + " realisations";
}

std::string decisions_text(const Setup& setup, const Measured& measured) {
    std::vector<DecisionRow> rows;
    for (const auto& [name, counts] : measured.decisions)
        rows.push_back(
            {name, measure::distribution_of(setup.ensemble.times, counts, setup.ensemble.trajectories)});
    return decision_table(rows);
}

// The share of the paths that end in the class they were guided to.
std::string guidance_text(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured) {
    const auto& guidance = setup.ensemble.setting.guidance;
    const auto* column = plan.find(measure::Quantity::observable, "class_posterior");
    if (!guidance || column == nullptr) return "";
    const auto share = measure::estimate(measured.folded[column->at(0, guidance->class_index)]);
    char text[128];
    std::snprintf(text, sizeof text,
                  "guided to class %lld with weight %g: %.4f +- %.2g of the paths end in it\n",
                  static_cast<long long>(setup.config.guidance->label), guidance->weight, share.mean,
                  share.standard_error);
    return text;
}

// Where all trajectories were not enough.
std::string target_text(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured) {
    const auto& target = setup.config.target;
    const auto* column = target ? plan.find(measure::Quantity::observable, target->observable) : nullptr;
    if (column == nullptr) return "";
    double largest = 0.0;
    for (std::size_t i = column->at(0); i < column->at(plan.times()); ++i)
        largest = std::fmax(largest, measure::estimate(measured.folded[i]).standard_error);
    if (largest <= target->error) return "";
    char text[256];
    std::snprintf(text, sizeof text,
                  "ensemble.target missed: the largest standard error of %s is %.3g, above %g. Raise "
                  "ensemble.trajectories.\n",
                  target->observable.c_str(), largest, target->error);
    return text;
}

}  // namespace

void print_summary(const Setup& setup, const measure::ColumnPlan& plan, const Measured& measured,
                   const Findings& findings, const RunRecord& record, const std::string& note) {
    const auto& config = setup.config;
    std::printf("kairos: %s, d = %s (%s), %llu trajectories in %llu batches%s %s\n", setup.law->model.c_str(),
                to_text(setup.law->mixture.dimension()).c_str(), setup.law->reduced ? "reduced" : "full",
                static_cast<unsigned long long>(setup.ensemble.trajectories),
                static_cast<unsigned long long>(measured.batch_count), realisations_text(config).c_str(),
                note.c_str());
    std::vector<TransitionRow> transitions;
    for (const auto& [name, found] : findings.transitions) transitions.push_back({name, found});
    std::vector<double> times;
    for (const Time t : setup.ensemble.times) times.push_back(t.value);
    std::vector<IdentityRow> identities;
    for (const auto& identity : findings.identities)
        identities.push_back(worst_of(identity.name, identity.z, times));
    const std::string warnings = identity_warnings(identities);
    std::printf("%s%s\n%s\n%s%s\n%s\n%s", target_text(setup, plan, measured).c_str(),
                guidance_text(setup, plan, measured).c_str(), transition_table(transitions).c_str(),
                bifurcation_table(record.diagrams).c_str(), decisions_text(setup, measured).c_str(),
                identity_table_text(identities).c_str(), warnings.c_str());
    std::printf("result: %s\n", config.output.c_str());
    std::fflush(stdout);
}

}  // namespace kairos::app
