#include "kairos/io/dataset_file.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "agree.hpp"
#include "file_parts.hpp"
#include "input_file.hpp"
#include "kairos/law/assemble.hpp"

namespace kairos::io {
namespace {

using parallel::Communicator;

// An array that was read, or one that is absent (no axes).
struct Piece {
    std::string name;
    ResultArray array;
    [[nodiscard]] bool there() const { return !array.shape.empty(); }
};

struct MixturePieces {
    Piece means{"means", {}}, weights{"weights", {}}, sigmas{"sigmas", {}}, variances{"variances", {}},
        covariances{"covariances", {}}, factors{"factors", {}};
    [[nodiscard]] std::vector<Piece*> optional() {
        return {&weights, &sigmas, &variances, &covariances, &factors};
    }
};

ResultArray read_finite(const InputFile& file, const std::string& name,
                        const std::vector<std::size_t>& expected, const std::string& meaning) {
    ResultArray array = file.read_numbers(name);
    require_shape(array.shape, expected, meaning, file.at(name));
    const auto bad =
        std::find_if(array.values.begin(), array.values.end(), [](double v) { return !std::isfinite(v); });
    if (bad != array.values.end())
        refuse(file.at(name), "value " + std::to_string(bad - array.values.begin()) + " is not finite");
    return array;
}

void require_all(const Piece& piece, bool positive, const InputFile& file) {
    for (const double value : piece.array.values)
        if (value < 0 || (positive && value == 0))
            refuse(file.at(piece.name), "a value is " + std::to_string(value) + ", and all must be " +
                                            (positive ? "positive" : "0 or more"));
}

void require_one_covariance(const MixturePieces& pieces, const InputFile& file) {
    const int kinds = pieces.sigmas.there() + pieces.variances.there() + pieces.covariances.there();
    const std::string allowed =
        "Give one of sigmas[K], variances[K,d], covariances[K,d,d], or sigmas[K] with factors[K,d,q].";
    if (kinds == 0) refuse(file.at("sigmas"), "nothing says how wide the components are", allowed);
    if (kinds > 1)
        refuse(file.at(""), "it holds more than one of sigmas, variances and covariances", allowed);
    if (pieces.factors.there() && !pieces.sigmas.there())
        refuse(file.at("factors"), "it needs sigmas[K] beside it", allowed);
}

MixturePieces read_pieces(const InputFile& file) {
    MixturePieces pieces;
    pieces.means.array = read_finite(file, "means", {0, 0}, "[K,d]");
    const std::size_t K = pieces.means.array.shape[0], d = pieces.means.array.shape[1];
    const std::string k = std::to_string(K), kd = k + "," + std::to_string(d);
    const auto take = [&](Piece& piece, const std::vector<std::size_t>& shape, const std::string& meaning) {
        if (file.has(piece.name)) piece.array = read_finite(file, piece.name, shape, meaning);
    };
    take(pieces.weights, {K}, "[K] = [" + k + "]");
    take(pieces.sigmas, {K}, "[K] = [" + k + "]");
    take(pieces.variances, {K, d}, "[K,d] = [" + kd + "]");
    take(pieces.covariances, {K, d, d}, "[K,d,d] = [" + kd + "," + std::to_string(d) + "]");
    take(pieces.factors, {K, d, 0}, "[K,d,q] = [" + kd + ",q]");
    require_one_covariance(pieces, file);
    require_all(pieces.weights, true, file);
    require_all(pieces.sigmas, false, file);
    require_all(pieces.variances, false, file);
    return pieces;
}

void broadcast(const Communicator& communicator, ResultArray& array) {
    std::uint64_t axes = array.shape.size();
    communicator.broadcast_value(axes);
    array.shape.resize(axes);
    communicator.broadcast(std::span(array.shape));
    std::uint64_t length = array.values.size();
    communicator.broadcast_value(length);
    array.values.resize(length);
    communicator.broadcast(std::span(array.values));
}

// A file's row-major [rows, columns] is a column-major columns x rows matrix: rows become columns for free.
Eigen::Map<const Matrix> columns_of(const ResultArray& array, std::size_t rows, std::size_t length,
                                    std::size_t offset = 0) {
    return {array.values.data() + offset, static_cast<Index>(length), static_cast<Index>(rows)};
}

law::Covariance covariance_of(const MixturePieces& pieces, std::size_t k, std::size_t d) {
    if (pieces.covariances.there()) return law::full(columns_of(pieces.covariances.array, d, d, k * d * d));
    law::Covariance covariance;
    if (pieces.variances.there()) {
        covariance.diagonal = columns_of(pieces.variances.array, 1, d, k * d);
        return covariance;
    }
    const double sigma = pieces.sigmas.array.values[k];
    covariance.isotropic = sigma * sigma;
    if (!pieces.factors.there()) return covariance;
    const std::size_t q = pieces.factors.array.shape[2];
    return law::factored(sigma * sigma, columns_of(pieces.factors.array, d, q, k * d * q).transpose());
}

bool all_sigmas_equal(const MixturePieces& pieces) {
    const auto& sigmas = pieces.sigmas.array.values;
    return pieces.sigmas.there() && !pieces.factors.there() &&
           std::all_of(sigmas.begin(), sigmas.end(), [&](double sigma) { return sigma == sigmas.front(); });
}

std::vector<law::Covariance> covariances_of(const MixturePieces& pieces, const Place& place) {
    const std::size_t K = pieces.means.array.shape[0], d = pieces.means.array.shape[1];
    std::vector<law::Covariance> covariances;
    for (std::size_t k = 0; k < (all_sigmas_equal(pieces) ? 1 : K); ++k) {
        try {
            covariances.push_back(covariance_of(pieces, k, d));
        } catch (const std::domain_error& error) {
            const Piece& piece = pieces.covariances.there() ? pieces.covariances : pieces.factors;
            refuse(place.at(piece.name), "component " + std::to_string(k) + ": " + error.what());
        }
    }
    return covariances;
}

}  // namespace

law::Law read_mixture(const Communicator& communicator, const std::string& file,
                      const std::vector<std::string>& label_names, std::size_t class_level) {
    require_level(label_names, class_level);
    MixturePieces pieces;
    FileLabels labels;
    root_reads(communicator, [&] {
        const InputFile input(file);
        pieces = read_pieces(input);
        labels = read_labels(input, label_names, pieces.means.array.shape[0], "K");
    });
    broadcast(communicator, pieces.means.array);
    for (Piece* piece : pieces.optional()) broadcast(communicator, piece->array);
    broadcast(communicator, labels);

    const Place place{Place::Use::reading, file, ""};
    const std::size_t K = pieces.means.array.shape[0], d = pieces.means.array.shape[1];
    law::Mixture mixture;
    mixture.means = columns_of(pieces.means.array, K, d);
    if (pieces.weights.there()) mixture.weights = columns_of(pieces.weights.array, 1, K);
    mixture.covariances = covariances_of(pieces, place);
    mixture.labels = labels_of(labels, class_level);
    try {
        return law::mixture_law(std::move(mixture));
    } catch (const std::domain_error& error) {
        refuse(place, error.what());
    }
}

}  // namespace kairos::io
