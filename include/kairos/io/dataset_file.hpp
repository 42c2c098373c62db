// include/kairos/io/dataset_file.hpp: data laws from HDF5 files (data.model = mixture-file, dataset-file).
//
//   mixture-file   root datasets means[K,d], optional weights[K], and one of
//                    sigmas[K]                       S_k = sigma_k^2 I
//                    variances[K,d]                  S_k = diag
//                    covariances[K,d,d]              any symmetric positive semi-definite matrix
//                    sigmas[K] with factors[K,d,q]   S_k = sigma_k^2 I + F_k F_k^T
//                  labels: int[K] datasets that group components into classes; none: every component its own
//                  class
//   dataset-file   dataset[n,d] of float or double; labels: int[n]; none: no classes
//
// Shapes: a file's row is a component or datum; Law::mixture has them as columns. class_level counts from 0.
// Collective. A mixture is read by rank 0 and sent to all. Points are read by all ranks, each its rows, into
// memory that the ranks of a node share (shared_points.hpp), in the order of the file.
// Errors, the same on every rank: InputError naming file and dataset; ConfigError for a class level that the
// labels do not have.
#pragma once
#include <string>
#include <vector>

#include "kairos/law/law.hpp"
#include "kairos/parallel/communicator.hpp"

namespace kairos::io {

struct TableShape {
    Index rows = 0, columns = 0;
};
// Shapes [n,d] of the points and [K,d] of the means, before any number is read.
[[nodiscard]] TableShape shape_of_dataset(const parallel::Communicator& communicator, const std::string& file,
                                          const std::string& dataset);
[[nodiscard]] TableShape shape_of_mixture(const parallel::Communicator& communicator,
                                          const std::string& file);

[[nodiscard]] law::Law read_mixture(const parallel::Communicator& communicator, const std::string& file,
                                    const std::vector<std::string>& label_names, std::size_t class_level);

[[nodiscard]] law::Law read_dataset(const parallel::Communicator& communicator, const std::string& file,
                                    const std::string& dataset, const std::vector<std::string>& label_names,
                                    std::size_t class_level, const std::string& folder = {});

}  // namespace kairos::io
