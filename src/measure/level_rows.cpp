// Observables of every level of the classes: w_c = p(class c of the level | x).
#include "needs.hpp"
#include "observable_rows.hpp"

namespace kairos::measure {
namespace {

using dynamics::Latent;

template <Lanes Latent::*member>
void of_levels(const Sight& sight, Out out) {
    for (Index l = 0; l < out.rows(); ++l) {
        out.row(l).array() = sight.posterior->levels[static_cast<std::size_t>(l)].*member;
    }
}

// (g^2/2) sum_c w_c |s_c - s|^2 over the classes of every level
void level_entropy_rate(const Sight& sight, Out out) {
    out = 0.5 * sight.posterior->time.diffusion2 * sight.posterior->level_spread;
}

// What is left of each level's class once that of the level above is known: differences of pathwise averages (the top level's own are
// those of the class).
template <class Rows>
void by_split(const Rows& of_level, Out& out) {
    out.row(0) = of_level.row(0);
    for (Index l = 1; l < out.rows(); ++l) out.row(l) = of_level.row(l) - of_level.row(l - 1);
}

// H(c_l|x, c_{l-1}) = h_l - h_{l-1}
void level_split_entropy(const Sight& sight, Out out) {
    Rows whole(out.rows(), out.cols());
    of_levels<&Latent::entropy>(sight, whole);
    by_split(whole, out);
}

void level_split_rate(const Sight& sight, Out out) {
    Rows whole(out.rows(), out.cols());
    level_entropy_rate(sight, whole);
    by_split(whole, out);
}

// sum_p w_p sum_{c in p} (w_c/w_p)^2, p the classes of the level above
void level_split_collision(const Sight& sight, Out out) {
    const law::Labels& labels = sight.setting->law->mixture.labels;
    const auto& levels = sight.posterior->levels;
    out.row(0).array() = levels[0].collision;
    for (std::size_t l = 1; l < levels.size(); ++l) {
        const std::vector<int> parent = law::parents(labels, l);
        auto sum = out.row(static_cast<Index>(l)).array();
        sum.setZero();
        for (Index c = 0; c < levels[l].weights.rows(); ++c) {
            const auto w = levels[l].weights.row(c).array();
            const auto of = levels[l - 1].weights.row(parent[static_cast<std::size_t>(c)]).array();
            sum += (of > 0.0).select(w * w / of, 0.0);
        }
    }
}

}  // namespace

void add_level_rows(std::vector<Observable>& table) {
    const auto of_every_level = [&](const Observable& row) { table.push_back(along(Axis::levels, row)); };
    of_every_level(plain("level_entropy", "nats", "entropy of the class of each level given the state",
                         "-sum_c w_c log w_c over the classes of the level", latents, needs::levels,
                         of_levels<&Latent::entropy>));
    of_every_level(plain("level_varentropy", "nats^2",
                         "variance of the surprisal of the class of each level given the state",
                         "sum_c w_c (log w_c + h)^2 over the classes of the level, h its entropy", latents,
                         needs::levels, of_levels<&Latent::varentropy>));
    of_every_level(plain("level_collision", "dimensionless",
                         "probability that two clones from here end in the same class of each level",
                         "sum_c w_c^2 over the classes of the level", latents, needs::levels,
                         of_levels<&Latent::collision>));
    of_every_level(plain("level_entropy_rate", "nats per time", "rate of the entropy of each level's class",
                         "(g^2/2) sum_c w_c |s_c - s|^2 over the classes of the level",
                         {.level_spread = true}, needs::levels, level_entropy_rate));
    of_every_level(
        plain("level_split_entropy", "nats",
              "entropy of the class of each level given the state and the class of the level above",
              "H(c_l|x, c_{l-1}) = h_l - h_{l-1}", latents, needs::nested_levels, level_split_entropy));
    of_every_level(plain("level_split_collision", "dimensionless",
                         "probability that two clones which end in one class of the level above end in the "
                         "same class of this level",
                         "sum_p w_p sum_{c in p} (w_c/w_p)^2, p the classes of the level above", latents,
                         needs::nested_levels, level_split_collision));
    of_every_level(plain("level_split_rate", "nats per time", "rate of the split entropy of each level",
                         "level_entropy_rate of this level less that of the level above",
                         {.level_spread = true}, needs::nested_levels, level_split_rate));
}

}  // namespace kairos::measure
