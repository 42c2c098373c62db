#include "kairos/measure/column_plan.hpp"

#include <algorithm>

#include "kairos/dynamics/common_coupling.hpp"

namespace kairos::measure {
namespace {

// One more eigenpair than columns, where vectors are asked for: it tells whether the last eigenvalue has another copy.
Index eigenpairs(const Setting& setting, bool vectors) {
    const int count = setting.eigenvalues + (vectors ? 1 : 0);
    return static_cast<Index>(std::min<double>(count, setting.law->mixture.dimension()));
}

}  // namespace

ColumnPlan::ColumnPlan(const Setting& setting, const std::vector<const Observable*>& observables,
                       bool identities, std::size_t times)
    : times_(times) {
    for (const Observable* observable : observables) {
        const Index components = measure::columns(*observable, setting);
        add(Quantity::observable, observable, nullptr, components);
        request_.merge(observable->request);
        if (observable->axis == Axis::eigenvalues)
            request_.merge({.eigenvalues = eigenpairs(setting, observable->request.eigenvectors)});
        path_integrals_ |= observable->path_integral;
        observed_path_integrals_ |= observable->path_integral;
    }
    if (!identities) return;
    // One pass over the data for all times is given up for observables that need more, never for identities.
    const bool one_pass = setting.coupling == Coupling::common && !request_.beyond_latents() &&
                          dynamics::CommonCoupling::serves(*setting.law);
    for (const Identity& identity : identity_table()) {
        if (identity.missing(setting) != nullptr) continue;
        if (one_pass && identity.request.beyond_latents()) continue;
        const Index components =
            identity.axis == Axis::classes ? setting.law->mixture.labels.classes().classes() : 1;
        add(Quantity::identity_value, nullptr, &identity, components);
        add(Quantity::identity_difference, nullptr, &identity, components);
        if (identity.centre != nullptr) add(Quantity::identity_centre, nullptr, &identity, 1);
        if (identity.noise != nullptr) add(Quantity::identity_noise, nullptr, &identity, 1);
        request_.merge(identity.request);
        path_integrals_ |= identity.path_integral;
    }
    if (path_integrals_) request_.spread = true;
}

void ColumnPlan::add(Quantity quantity, const Observable* observable, const Identity* identity,
                     Index components) {
    columns_.push_back({quantity, observable, identity, components, size_});
    size_ += times_ * static_cast<std::size_t>(components);
}

const Column* ColumnPlan::find(Quantity quantity, const std::string& name) const {
    const auto found = std::find_if(columns_.begin(), columns_.end(), [&](const Column& column) {
        return column.quantity == quantity && column.name() == name;
    });
    return found == columns_.end() ? nullptr : &*found;
}

bool ColumnPlan::measures_from(PathEnd end) const {
    return std::ranges::any_of(columns_,
                               [end](const Column& column) { return column.measured_from() == end; });
}

}  // namespace kairos::measure
