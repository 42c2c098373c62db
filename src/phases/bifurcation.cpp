#include "kairos/phases/bifurcation.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "diagram.hpp"
#include "kairos/law/reduction.hpp"

namespace kairos::phases {
namespace {

constexpr double most_numbers = 2e7;  // of the positions kept

// Times of the search, in log snr: both ends and about every 1.5 between them.
std::vector<double> search_levels(LogSnrRange range) {
    const int count = std::clamp(static_cast<int>(std::ceil((range.high - range.low) / 1.5)), 4, 24);
    std::vector<double> levels;
    levels.reserve(static_cast<std::size_t>(count) + 1);
    for (int i = 0; i < count; ++i) levels.push_back(range.low + (range.high - range.low) * i / count);
    levels.push_back(range.high);
    return levels;
}

// Just on the noisier side of every zero of rho, where branches run away: where rho < 0 one fixed point is left, from which no search
// finds those that were there before.
std::vector<double> last_restored(const DriftField& field, LogSnrRange range) {
    constexpr double aside = 0.1, step = 0.05;
    std::vector<double> found;
    const auto steps = static_cast<int>(std::ceil((range.high - range.low) / step));
    bool restored = false;
    double since = range.low, before = range.low;
    for (int i = 0; i <= steps; ++i) {
        const double x = std::min(range.low + i * step, range.high);
        const bool now = field.restoring(x) > 0.0;
        if (now && !restored) since = x;
        if (restored && !now) found.push_back(std::max(0.5 * (since + before), before - aside));
        restored = now;
        before = x;
    }
    return found;
}

class Writer {
public:
    Writer(const DriftField& field, const dynamics::Schedule& schedule, LogSnrRange range)
        : field_(field), schedule_(schedule), range_(range) {}

    [[nodiscard]] Time time(double log_snr) const {
        if (log_snr == range_.low) return schedule_.t_max();
        if (log_snr == range_.high) return schedule_.t_min();
        return schedule_.time_of(LogSnr{log_snr});
    }
    [[nodiscard]] Vector position(const Vector& u, double log_snr) const {
        return field_.at(log_snr).alpha * u;
    }

private:
    const DriftField& field_;
    const dynamics::Schedule& schedule_;
    LogSnrRange range_;
};

void write_events(const Diagram& diagram, const Writer& writer, Bifurcations& out) {
    for (const CurveEvent& event : diagram.events())
        out.events.push_back(
            {writer.time(event.log_snr), event.kind, writer.position(event.u, event.log_snr)});
    std::ranges::sort(out.events, [](const Bifurcation& a, const Bifurcation& b) {
        if (a.time != b.time) return a.time < b.time;
        return std::lexicographical_compare(a.position.begin(), a.position.end(), b.position.begin(),
                                            b.position.end());
    });
}

// Every point, or evenly chosen ones where there are too many; events and ends always.
void write_branches(const Diagram& diagram, const Writer& writer, Bifurcations& out) {
    double numbers = 0.0;
    for (const TracedBranch& branch : diagram.branches())
        numbers += static_cast<double>(branch.size()) * static_cast<double>(out.modes);
    const auto stride = static_cast<std::size_t>(std::max(1.0, std::ceil(numbers / most_numbers)));
    for (const TracedBranch& branch : diagram.branches()) {
        for (std::size_t i = 0; i < branch.size(); ++i) {
            const TracedPoint& point = branch[i];
            if (i % stride != 0 && i + 1 < branch.size() && !point.event) continue;
            out.points.push_back({writer.time(point.log_snr), out.branches, point.unstable,
                                  writer.position(point.u, point.log_snr)});
        }
        ++out.branches;
    }
}

}  // namespace

const char* name(BifurcationKind kind) {
    switch (kind) {
        case BifurcationKind::pitchfork:
            return "pitchfork";
        case BifurcationKind::transcritical:
            return "transcritical";
        case BifurcationKind::saddle_node:
            break;
    }
    return "saddle-node";
}

law::Law traced_law(const law::Law& law) {
    const bool reduced = law.reduced || law.mixture.complement > 0.0;
    law::Law traced = reduced || !law::can_reduce(law.mixture) ? law : law::reduce(law).law;
    const Index r = traced.mixture.coordinates();
    const bool exposed = r > 0 && traced.mixture.means.row(r - 1).isZero(0.0);
    const bool coupled = !traced.mixture.shares_covariance() && !exposed;
    if (traced.mixture.complement >= 1.0 && (r == 0 || coupled)) traced = law::expose_one(traced);
    return traced;
}

Bifurcations find_bifurcations(const law::Law& law, const dynamics::Schedule& schedule, Drift drift,
                               const std::function<void()>& check, double most_operations) {
    if (law.mixture.components() > most_components_traced)
        throw std::invalid_argument("find_bifurcations: too many components");
    DriftField field(traced_law(law), schedule, drift);
    const LogSnrRange range{schedule.log_snr(schedule.t_max()).value,
                            schedule.log_snr(schedule.t_min()).value};
    std::vector<double> levels = search_levels(range);
    const std::vector<double> restored = last_restored(field, range);
    levels.insert(levels.end() - 1, restored.begin(), restored.end());
    std::ranges::sort(levels);
    field.limit(most_operations);
    Diagram diagram(field, range, levels, check);
    // Shares of the search, each from where it begins; the branches it finds may cost three times as much.
    diagram.search(0, Depth::shallow, 0.05 * most_operations);
    diagram.search(levels.size() - 1, Depth::deep, 0.15 * most_operations);
    const auto deep = [&](double level) { return std::ranges::binary_search(restored, level); };
    for (std::size_t i = 1; i + 1 < levels.size(); ++i)
        if (deep(levels[i])) diagram.search(i, Depth::deep, 0.15 * most_operations);
    for (std::size_t i = 1; i + 1 < levels.size(); ++i)
        if (!deep(levels[i]))
            diagram.search(i, Depth::shallow, 0.1 * most_operations / static_cast<double>(levels.size()));
    diagram.finish();

    Bifurcations out;
    out.modes = field.coordinates();
    out.complete = diagram.complete();
    const Writer writer(field, schedule, range);
    write_events(diagram, writer, out);
    write_branches(diagram, writer, out);
    return out;
}

}  // namespace kairos::phases
