#include "kairos/law/points.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <stdexcept>

#include "law/dense_law.hpp"

namespace kairos {
namespace {

using law::Points;
using test::random_matrix;

bool aligned(const Points& points) {
    return reinterpret_cast<std::uintptr_t>(points.data()) % Points::alignment == 0;
}

TEST(Points, HoldTheValuesOfAMatrixOrAnExpression) {
    const Matrix matrix = random_matrix(3, 5, 1);
    const Points same = matrix, twice = 2.0 * matrix, product = matrix * matrix.transpose();
    EXPECT_EQ(same, matrix);
    EXPECT_EQ(twice, Matrix(2.0 * matrix));
    EXPECT_EQ(product, Matrix(matrix * matrix.transpose()));
    EXPECT_NE(same.data(), matrix.data());
    for (const Points& points : {same, twice, product}) EXPECT_TRUE(aligned(points));
}

TEST(Points, ReadLikeAMatrix) {
    const Matrix matrix = random_matrix(3, 5, 2);
    const Points points = matrix;
    const Vector v = random_matrix(5, 1, 3);
    EXPECT_EQ(points(2, 4), matrix(2, 4));
    EXPECT_EQ(points.col(1), matrix.col(1));
    EXPECT_EQ(points.middleCols(1, 3), matrix.middleCols(1, 3));
    EXPECT_EQ(Vector(points * v), Vector(matrix * v));
    EXPECT_EQ(Matrix(points.transpose() * points), Matrix(matrix.transpose() * matrix));
    EXPECT_EQ(points.data()[4], matrix(1, 1));  // column-major
}

TEST(Points, AreSharedByCopies) {
    Points first = random_matrix(3, 5, 4);
    const double* where = first.data();
    Points second = first, third;
    third = first;
    EXPECT_EQ(second.data(), where);
    EXPECT_EQ(third.data(), where);

    const Matrix others = random_matrix(2, 2, 5);
    first = others;
    EXPECT_EQ(first, others);
    EXPECT_EQ(third.data(), where);
    EXPECT_EQ(third.cols(), 5);
}

TEST(Points, MayBeMadeOfThemselves) {
    const Matrix matrix = random_matrix(3, 4, 6);
    Points points = matrix;
    points = points.rowwise().reverse();
    EXPECT_EQ(points, Matrix(matrix.rowwise().reverse()));
    const Points& itself = points;
    points = itself;
    EXPECT_EQ(points, Matrix(matrix.rowwise().reverse()));
}

TEST(Points, KeepTheOwnerOfTheirMemoryAlive) {
    struct Memory {
        alignas(Points::alignment) double values[6] = {1, 2, 3, 4, 5, 6};
    };
    auto memory = std::make_shared<Memory>();
    const std::weak_ptr<Memory> watch = memory;
    Points last;
    {
        const Points points(memory, memory->values, 2, 3);
        EXPECT_EQ(points.data(), memory->values);
        EXPECT_EQ(points, (Matrix(2, 3) << 1, 3, 5, 2, 4, 6).finished());
        last = points;
    }
    memory.reset();
    EXPECT_FALSE(watch.expired());
    EXPECT_EQ(last(1, 2), 6.0);
    last = Matrix(1, 1);
    EXPECT_TRUE(watch.expired());
}

TEST(Points, AreFilledInPlace) {
    double* where = nullptr;
    const Points points = Points::made(4, 3, [&](auto columns) {
        where = columns.data();
        for (Index j = 0; j < 3; ++j) columns.col(j).setConstant(static_cast<double>(j));
    });
    EXPECT_EQ(points.data(), where);
    EXPECT_EQ(points.row(3), Eigen::RowVector3d(0, 1, 2));
    EXPECT_TRUE(aligned(points));
}

TEST(Points, MayBeNone) {
    EXPECT_EQ(Points().cols(), 0);
    const Points none = Matrix(3, 0);
    EXPECT_EQ(none.rows(), 3);
    EXPECT_EQ(none.cols(), 0);
    const Points without_coordinates = Matrix(0, 2);
    EXPECT_EQ(without_coordinates.cols(), 2);
}

TEST(Points, RefuseMemoryThatIsNotAligned) {
    alignas(Points::alignment) static const double values[9] = {};
    EXPECT_THROW(Points(nullptr, values + 1, 2, 4), std::invalid_argument);
    EXPECT_NO_THROW(Points(nullptr, values, 2, 4));
}

TEST(Points, RefuseMoreThanCanBeCounted) {
    const Index huge = Index{1} << 40;
    EXPECT_THROW(std::ignore = Points::made(huge, huge, [](auto) {}), std::bad_alloc);
}

}  // namespace
}  // namespace kairos
