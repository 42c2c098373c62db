#include "kairos/law/covariance.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>
#include <vector>

#include "eigen_form.hpp"
#include "kairos/base/decompositions.hpp"

namespace kairos::law {

Vector Covariance::eigenvalues(Index coordinates) const {
    Vector values = Vector::Constant(coordinates, isotropic);
    if (diagonal.size() > 0) values += diagonal;
    if (excess.size() > 0) values.head(excess.size()) += excess;
    return values;
}

Matrix Covariance::dense(Index coordinates) const {
    Matrix matrix = Matrix::Zero(coordinates, coordinates);
    matrix.diagonal().setConstant(isotropic);
    if (diagonal.size() > 0) matrix.diagonal() += diagonal;
    if (excess.size() > 0) matrix.noalias() += directions * excess.asDiagonal() * directions.transpose();
    return matrix;
}

Vector without_noise(Vector values) {
    if (values.size() == 0) return values;
    const double largest = values.cwiseAbs().maxCoeff();
    if (values.minCoeff() < -eigenvalue_negative * largest) {
        throw std::domain_error("the covariance is not positive semi-definite");
    }
    for (double& value : values) {
        if (value < eigenvalue_noise * largest) value = 0.0;
    }
    return values;
}

Covariance from_eigenpairs(const Vector& values, const Matrix& vectors) {
    Covariance result;
    if (values.size() == 0) return result;
    const Vector clean = without_noise(values);
    result.isotropic = clean.minCoeff();
    const double floor = result.isotropic + eigenvalue_noise * clean.maxCoeff();
    std::vector<Index> kept;
    for (Index i = 0; i < clean.size(); ++i) {
        if (clean[i] > floor) kept.push_back(i);
    }
    if (kept.empty()) return result;
    result.directions = vectors(Eigen::all, kept);
    result.excess = clean(kept).array() - result.isotropic;
    return result;
}

Covariance factored(double sigma2, const Matrix& factors) {
    Covariance result;
    result.isotropic = sigma2;
    if (factors.size() == 0) return result;
    const auto [singular, left] = singular_pairs(factors);
    const double noise = std::numeric_limits<double>::epsilon() *
                         static_cast<double>(std::max(factors.rows(), factors.cols())) * singular[0];
    const Index rank = (singular.array() > noise).count();
    if (rank == 0) return result;
    result.directions = left.leftCols(rank);
    result.excess = singular.head(rank).array().square();
    return result;
}

Covariance full(const Matrix& covariance) {
    if (covariance.rows() != covariance.cols()) throw std::domain_error("the covariance is not square");
    if (!covariance.allFinite()) throw std::domain_error("the covariance is not finite");
    if (covariance.size() == 0) return {};
    const double largest = covariance.cwiseAbs().maxCoeff();
    if ((covariance - covariance.transpose()).cwiseAbs().maxCoeff() > eigenvalue_negative * largest) {
        throw std::domain_error("the covariance is not symmetric");
    }
    const EigenPairs pairs = symmetric_eigen(covariance);
    return from_eigenpairs(pairs.values, pairs.vectors);
}

}  // namespace kairos::law
