// include/kairos/random/purpose.hpp: the registry of all random streams.
//
// Every draw of the program names its purpose here, so that no two uses share noise. Numbers are part of what makes a result
// reproducible: one that is retired is never given to another purpose.
#pragma once
#include <cstdint>

namespace kairos::random {

enum class Purpose : std::uint8_t {
    // quenched disorder: keyed by data.seed
    data_means = 1,       // random-clusters, corners: entries of the means
    data_directions = 2,  // low-rank: the random orthonormal directions
    data_component = 3,   // samples > 0: component of each datum
    data_sample = 4,      // samples > 0: the Gaussian part of each datum
    // the ensemble: keyed by ensemble.seed
    start_component = 16,  // component of the clean datum y
    start_datum = 17,      // Gaussian part of y
    start_noise = 18,      // z of x = alpha y + sigma z
    transition = 19,       // Gaussian noise of a step
    choice = 20,           // component chosen in an exact reverse step
    radial = 21,           // chi^2 part of the isotropic complement
    end_class = 22,        // class (datum) of the end of a path
    start_radial = 23,     // chi^2 parts of y and z in the isotropic complement
    // clones: as above, with their own streams; `copy` tells clones of one path apart
    clone_prefix = 32,
    clone_step = 33,
    clone_choice = 34,
    clone_radial = 35,
    clone_end = 36,
    clone_angle = 37,  // angle between the unseen parts of two clones
    // others
    pilot = 48,  // pilot ensemble of the entropic grid
    probe = 49,  // the fixed random vector of the identity score_mean
    tangent = 50,
    screen = 51,        // states that tell whether trajectories have condensed on single data
    top_variance = 52,  // where the iteration for the top eigenvalue of the data covariance starts
    fixed_points = 60,  // where the search for fixed points of the drift starts
};

}  // namespace kairos::random
