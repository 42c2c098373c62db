#include "kairos/io/vector_file.hpp"

#include "agree.hpp"
#include "file_parts.hpp"
#include "input_file.hpp"

namespace kairos::io {
namespace {

constexpr const char* mend = "Write the vectors as rows of a dataset of that shape.";

void require_vectors(const ResultArray& array, std::size_t dimension, const Place& place) {
    const std::size_t count = array.shape.size() == 2 ? array.shape.front() : 1;
    const std::string d = std::to_string(dimension), meaning = "[k,d] = [k," + d + "]";
    require_shape(array.shape,
                  array.shape.size() == 1 ? std::vector{dimension} : std::vector{count, dimension}, meaning,
                  place);
    if (count > most_vectors)
        refuse(place,
               std::to_string(count) + " vectors are more than the " + std::to_string(most_vectors) +
                   " whose distributions are kept",
               "Give the leading ones.");
    for (std::size_t k = 0; k < count; ++k) {
        const Eigen::Map<const Vector> v(array.values.data() + k * dimension, static_cast<Index>(dimension));
        if (!v.allFinite()) refuse(place, "a number of row " + std::to_string(k) + " is not finite", mend);
        if (!(v.squaredNorm() > 0.0))
            refuse(place, "row " + std::to_string(k) + " has no direction: it is 0", mend);
    }
}

}  // namespace

Matrix read_vectors(const parallel::Communicator& communicator, const std::string& file,
                    const std::string& dataset, Index dimension) {
    ResultArray array;
    root_reads(communicator, [&] {
        const InputFile input(file);
        array = input.read_numbers(dataset);
        require_vectors(array, static_cast<std::size_t>(dimension), input.at(dataset));
    });
    std::uint64_t length = array.values.size();
    communicator.broadcast_value(length);
    array.values.resize(length);
    communicator.broadcast(std::span(array.values));
    // a row of the file is a column
    return Eigen::Map<const Matrix>(array.values.data(), dimension, static_cast<Index>(length) / dimension);
}

}  // namespace kairos::io
