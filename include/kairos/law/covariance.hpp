// include/kairos/law/covariance.hpp: the covariance of one Gaussian component, in a form that is cheap to invert at every t.
//
//   S = isotropic I + diag(diagonal) + directions diag(excess) directions^T
//
// At most one of `diagonal` and `directions` is present; directions are orthonormal columns. A full or factored covariance
// (S = sigma^2 I + F F^T) is brought to the last form by an eigenvalue or singular value decomposition, once.
// The isotropic part also fills the complement of a reduced law (coordinates that are not explicit).
// At time t: C = alpha^2 S + sigma^2 I has the same eigenvectors; variance v(S) = alpha^2 S + sigma^2 along each.
//
// Units: data squared. Shapes: diagonal [r], directions r x q, excess [q]. Errors: InputError-free; callers check definiteness.
// Source: docs/theory.md, "Data laws".
#pragma once
#include "kairos/base/array.hpp"

namespace kairos::law {

struct Covariance {
    double isotropic = 0.0;  // s^2 >= 0
    Vector diagonal;         // [r] added to isotropic, or empty; isotropic + diagonal >= 0
    Matrix directions;       // r x q, orthonormal, or empty
    Vector excess;           // [q] isotropic + excess >= 0

    [[nodiscard]] bool is_isotropic() const { return diagonal.size() == 0 && excess.size() == 0; }
    // Eigenvalues in `coordinates` explicit coordinates, in no particular order (isotropic ones repeated).
    [[nodiscard]] Vector eigenvalues(Index coordinates) const;
    // Dense S in `coordinates` explicit coordinates (for tests and spectra).
    [[nodiscard]] Matrix dense(Index coordinates) const;
};

// S = s^2 I + F F^T
[[nodiscard]] Covariance factored(double sigma2, const Matrix& factors);
// S = any symmetric positive semi-definite matrix; eigenvalues below -1e-10 of the largest throw std::domain_error.
[[nodiscard]] Covariance full(const Matrix& covariance);

}  // namespace kairos::law
