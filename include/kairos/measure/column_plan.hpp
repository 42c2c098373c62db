// include/kairos/measure/column_plan.hpp: which moments a run keeps, and where each stands in the flat row of
// a batch.
//
//   row of a batch = [ quantity ][ time ][ component ]      one Moments each
//
// Quantities are the chosen observables, then for every identity its value, the difference value - expected
// and, where it has them, its centre and its noise. A quantity's block is contiguous, times ascending,
// components innermost: the layout of the result file.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "kairos/measure/identities.hpp"
#include "kairos/measure/observables.hpp"

namespace kairos::measure {

enum class Quantity { observable, identity_value, identity_difference, identity_centre, identity_noise };

struct Column {
    Quantity quantity;
    const Observable* observable;  // null for identities
    const Identity* identity;      // null for observables
    Index components;              // 1 for scalars
    std::size_t first;             // position in the row

    [[nodiscard]] std::size_t at(std::size_t time, Index component = 0) const {
        return first + time * static_cast<std::size_t>(components) + static_cast<std::size_t>(component);
    }
    // The end of the path that it is measured against; none where a state alone tells it.
    [[nodiscard]] std::optional<PathEnd> measured_from() const {
        if (observable) return observable->whole_path;
        return identity->whole_path ? std::optional(PathEnd::t_min) : std::nullopt;
    }
    [[nodiscard]] const std::string& name() const { return observable ? observable->name : identity->name; }
};

class ColumnPlan {
public:
    ColumnPlan(const Setting& setting, const std::vector<const Observable*>& observables, bool identities,
               std::size_t times);

    [[nodiscard]] const std::vector<Column>& columns() const { return columns_; }
    [[nodiscard]] const Column* find(Quantity quantity,
                                     const std::string& name) const;  // null if not measured
    [[nodiscard]] std::size_t times() const { return times_; }
    [[nodiscard]] std::size_t size() const { return size_; }
    // What all of them together ask of the posterior.
    [[nodiscard]] const dynamics::Request& request() const { return request_; }
    [[nodiscard]] bool needs_path_integrals() const { return path_integrals_; }
    // Whether an observable (not only an identity) integrates along the path: then substeps refine the
    // integral.
    [[nodiscard]] bool observes_path_integrals() const { return observed_path_integrals_; }
    // Whether something is measured against this end of a path.
    [[nodiscard]] bool measures_from(PathEnd end) const;

private:
    void add(Quantity quantity, const Observable* observable, const Identity* identity, Index components);
    std::vector<Column> columns_;
    std::size_t times_, size_ = 0;
    dynamics::Request request_;
    bool path_integrals_ = false, observed_path_integrals_ = false;
};

}  // namespace kairos::measure
