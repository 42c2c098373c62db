#include "kairos/io/dataset_file.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "agree.hpp"
#include "file_parts.hpp"
#include "input_file.hpp"
#include "kairos/io/shared_points.hpp"
#include "kairos/law/empirical.hpp"

namespace kairos::io {
namespace {

using parallel::Communicator;

// What no machine holds, and whose bytes could not even be counted.
constexpr double most_values = 9e15;

TableShape table_shape(const InputFile& file, const std::string& dataset, const std::string& meaning) {
    const std::vector<std::size_t> shape = file.shape(dataset);
    require_shape(shape, {0, 0}, meaning, file.at(dataset));
    const double values = static_cast<double>(shape[0]) * static_cast<double>(shape[1]);
    if (values > most_values) refuse(file.at(dataset), "its values do not fit into any memory");
    return {static_cast<Index>(shape[0]), static_cast<Index>(shape[1])};
}

TableShape shape_from_root(const Communicator& communicator, const std::string& file,
                           const std::string& dataset, const std::string& meaning) {
    TableShape shape;
    root_reads(communicator, [&] { shape = table_shape(InputFile(file), dataset, meaning); });
    communicator.broadcast_value(shape);
    return shape;
}

void read_finite_rows(const InputFile& file, const std::string& dataset, Index first,
                      Eigen::Map<Matrix> columns) {
    const std::span<double> values(columns.data(), static_cast<std::size_t>(columns.size()));
    file.read_rows(dataset, static_cast<std::size_t>(first), values);
    const auto bad = std::find_if(values.begin(), values.end(), [](double v) { return !std::isfinite(v); });
    if (bad != values.end())
        refuse(file.at(dataset),
               "value " + std::to_string(first * columns.rows() + (bad - values.begin())) + " is not finite");
}

}  // namespace

TableShape shape_of_dataset(const Communicator& communicator, const std::string& file,
                            const std::string& dataset) {
    return shape_from_root(communicator, file, dataset, "[n,d]");
}

TableShape shape_of_mixture(const Communicator& communicator, const std::string& file) {
    return shape_from_root(communicator, file, "means", "[K,d]");
}

law::Law read_dataset(const Communicator& communicator, const std::string& file, const std::string& dataset,
                      const std::vector<std::string>& label_names, std::size_t class_level,
                      const std::string& folder) {
    require_level(label_names, class_level);
    TableShape shape;
    FileLabels labels;
    root_reads(communicator, [&] {
        const InputFile input(file);
        shape = table_shape(input, dataset, "[n,d]");
        labels = read_labels(input, label_names, static_cast<std::size_t>(shape.rows), "n");
    });
    communicator.broadcast_value(shape);
    broadcast(communicator, labels);
    // A row of the file is a column of the law: each rank reads its rows where they will stay.
    const auto read = [&](Index first, Eigen::Map<Matrix> columns) {
        agree_to_read(communicator, [&] {
            if (columns.size() > 0) read_finite_rows(InputFile(file), dataset, first, columns);
        });
    };
    const law::Points points = shared_points(communicator, shape.columns, shape.rows, read, folder);
    return law::empirical_law(points, labels_of(labels, class_level));
}

}  // namespace kairos::io
