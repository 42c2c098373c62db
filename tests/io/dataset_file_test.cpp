// The laws that input files make, compared with matrices written out by hand in the test.
#include <cmath>

#include "io/dataset_file_fixture.hpp"

namespace kairos::io {
namespace {

Matrix expected_means() {
    Matrix m(3, 2);
    m << 1, -4, 2, -5, 3, -6;
    return m;
}

TEST_F(DatasetFileTest, MixtureWithSigmasAndWeights) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("means", {2, 3}, means)
            .add("sigmas", {2}, Doubles{0.5, 2})
            .add("weights", {2}, Ints{1, 3});
    });
    const law::Law law = mixture();
    EXPECT_EQ(law.mixture.means, expected_means());
    EXPECT_DOUBLE_EQ(law.mixture.weights[0], 0.25);
    EXPECT_DOUBLE_EQ(law.mixture.weights[1], 0.75);
    EXPECT_EQ(law.mixture.covariance(0).dense(3), Matrix(0.25 * Matrix::Identity(3, 3)));
    EXPECT_EQ(law.mixture.covariance(1).dense(3), Matrix(4.0 * Matrix::Identity(3, 3)));
    EXPECT_EQ(law.mixture.labels.classes().classes(), 2);
    EXPECT_FALSE(law.empirical);
    EXPECT_EQ(law.mixture.complement, 0.0);
}

TEST_F(DatasetFileTest, EqualSigmasAreOneCovarianceAndWeightsMayBeAbsent) {
    make([](const std::string& file) {
        Hdf5Sample(file).add("means", {2, 3}, means).add("sigmas", {2}, std::vector<float>{0.5F, 0.5F});
    });
    const law::Law law = mixture();
    EXPECT_TRUE(law.mixture.shared_isotropic());
    EXPECT_DOUBLE_EQ(law.mixture.weights[1], 0.5);
}

TEST_F(DatasetFileTest, MixtureWithVariances) {
    make([](const std::string& file) {
        Hdf5Sample(file).add("means", {2, 3}, means).add("variances", {2, 3}, Doubles{1, 2, 3, 4, 5, 6});
    });
    EXPECT_EQ(mixture().mixture.covariance(1).dense(3), Matrix(Eigen::Vector3d(4, 5, 6).asDiagonal()));
}

TEST_F(DatasetFileTest, MixtureWithCovariances) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("means", {2, 3}, means)
            .add("covariances", {2, 3, 3}, Doubles{1, 0, 0, 0, 1, 0, 0, 0, 1, 2, 1, 0, 1, 3, 0.5, 0, 0.5, 4});
    });
    Matrix expected(3, 3);
    expected << 2, 1, 0, 1, 3, 0.5, 0, 0.5, 4;
    EXPECT_TRUE(mixture().mixture.covariance(1).dense(3).isApprox(expected, 1e-13));
}

TEST_F(DatasetFileTest, MixtureWithSigmasAndFactors) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("means", {2, 3}, means)
            .add("sigmas", {2}, Doubles{1, 0.5})
            .add("factors", {2, 3, 2}, Doubles{0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6});
    });
    Matrix factors(3, 2);
    factors << 1, 2, 3, 4, 5, 6;
    const Matrix expected = 0.25 * Matrix::Identity(3, 3) + factors * factors.transpose();
    EXPECT_TRUE(mixture().mixture.covariance(1).dense(3).isApprox(expected, 1e-13));
    EXPECT_TRUE(mixture().mixture.covariance(0).dense(3).isApprox(Matrix::Identity(3, 3), 1e-13));
}

TEST_F(DatasetFileTest, LabelsGroupComponentsLevelByLevel) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("means", {3, 1}, Doubles{10, 20, 30})
            .add("sigmas", {3}, Doubles{1, 1, 1})
            .add("coarse", {3}, Ints{7, -2, 7})
            .add_group("deep")
            .add("deep/fine", {3}, Ints{0, 1, 2});
    });
    const law::Law law = mixture({"coarse", "deep/fine"}, 0);
    EXPECT_EQ(law.mixture.labels.levels.size(), 2U);
    EXPECT_EQ(law.mixture.labels.classes().values, (std::vector<std::int64_t>{-2, 7}));
    EXPECT_EQ(law.mixture.means, (Matrix(1, 3) << 20, 10, 30).finished());  // sorted by class, else in order
    EXPECT_EQ(mixture({"coarse", "deep/fine"}, 1).mixture.labels.classes().classes(), 3);
    EXPECT_THROW((void)mixture({"coarse", "deep/fine"}, 2), ConfigError);
    EXPECT_THROW((void)mixture({}, 1), ConfigError);
}

TEST_F(DatasetFileTest, DatasetOfDoublesFloatsWithAndWithoutLabels) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("x", {2, 3}, means)
            .add("single", {2, 3}, std::vector<float>{1, 2, 3, -4, -5, -6})
            .add("label", {2}, Ints{5, 4});
    });
    const law::Law plain = dataset();
    EXPECT_TRUE(plain.empirical);
    EXPECT_FALSE(plain.mixture.labels.any());
    EXPECT_EQ(plain.mixture.means, expected_means());
    EXPECT_EQ(dataset("/single").mixture.means, expected_means());
    const law::Law labelled = dataset("x", {"label"});
    EXPECT_EQ(labelled.mixture.means, expected_means());
    EXPECT_EQ(labelled.mixture.labels.classes().class_of, (std::vector<int>{1, 0}));
    EXPECT_EQ(labelled.mixture.labels.classes().values, (std::vector<std::int64_t>{4, 5}));
    EXPECT_EQ(labelled.mixture.origin, (std::vector<std::int64_t>{0, 1}));  // in the order of the file
}

TEST_F(DatasetFileTest, TheSerialTwinReadsTheSame) {
    make([](const std::string& file) { Hdf5Sample(file).add("x", {2, 3}, means); });
    EXPECT_EQ(read_dataset(Communicator::serial(), path, "x", {}, 0).mixture.means, expected_means());
}

// value(j, i) of a table that tells every place apart, exact in single precision.
float table_value(Index j, Index i) { return static_cast<float>(8 * j + i) / 4.0F; }

Matrix table_columns(Index n, Index d) {
    return Matrix::NullaryExpr(d, n, [](Index i, Index j) { return double{table_value(j, i)}; });
}

// [n,d] in chunks (none: contiguous), packed where asked.
void add_chunked(Hdf5Sample& sample, const std::string& name, hid_t stored, Index n, Index d,
                 const std::vector<hsize_t>& chunk, bool packed) {
    std::vector<float> values;
    for (Index j = 0; j < n; ++j)
        for (Index i = 0; i < d; ++i) values.push_back(table_value(j, i));
    const hsize_t shape[] = {static_cast<hsize_t>(n), static_cast<hsize_t>(d)};
    const hid_t space = H5Screate_simple(2, shape, nullptr), how = H5Pcreate(H5P_DATASET_CREATE);
    EXPECT_TRUE(chunk.empty() || H5Pset_chunk(how, 2, chunk.data()) >= 0);
    EXPECT_TRUE(!packed || H5Pset_deflate(how, 4) >= 0);
    const hid_t made = H5Dcreate2(sample.id(), name.c_str(), stored, space, H5P_DEFAULT, how, H5P_DEFAULT);
    EXPECT_GE(H5Dwrite(made, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
    EXPECT_GE(H5Dclose(made), 0);
    EXPECT_GE(H5Pclose(how), 0);
    EXPECT_GE(H5Sclose(space), 0);
}

TEST_F(DatasetFileTest, EveryRankReadsItsRowsWhateverTheirLayout) {
    const Index n = 101, d = 5;
    make([&](const std::string& file) {
        Hdf5Sample sample(file);
        add_chunked(sample, "contiguous", H5T_NATIVE_FLOAT, n, d, {}, false);
        add_chunked(sample, "double", H5T_NATIVE_DOUBLE, n, d, {}, false);
        add_chunked(sample, "swapped", H5T_IEEE_F64BE, n, d, {}, false);
        add_chunked(sample, "rows", H5T_NATIVE_FLOAT, n, d, {7, 5}, true);
        add_chunked(sample, "tiles", H5T_NATIVE_DOUBLE, n, d, {16, 2}, true);
        add_chunked(sample, "columns", H5T_NATIVE_FLOAT, n, d, {101, 1}, false);
        add_chunked(sample, "one", H5T_NATIVE_DOUBLE, n, d, {101, 5}, true);
        add_chunked(sample, "point", H5T_NATIVE_DOUBLE, 1, d, {}, false);  // fewer rows than ranks
    });
    for (const char* name : {"contiguous", "double", "swapped", "rows", "tiles", "columns", "one"})
        EXPECT_EQ(dataset(name).mixture.means, table_columns(n, d)) << name;
    EXPECT_EQ(dataset("point").mixture.means, table_columns(1, d));
}

TEST_F(DatasetFileTest, ShapesAreKnownBeforeTheNumbersAre) {
    make([](const std::string& file) {
        Hdf5Sample(file).add("x", {2, 3}, means).add("means", {3, 2}, means).add("flat", {6}, means);
    });
    const TableShape points = shape_of_dataset(world, path, "x"), components = shape_of_mixture(world, path);
    EXPECT_EQ(points.rows, 2);
    EXPECT_EQ(points.columns, 3);
    EXPECT_EQ(components.rows, 3);
    EXPECT_EQ(components.columns, 2);
    EXPECT_THROW((void)shape_of_dataset(world, path, "flat"), InputError);
    EXPECT_THROW((void)shape_of_dataset(world, path, "absent"), InputError);
}

TEST_F(DatasetFileTest, AValueThatIsNotFiniteIsFoundByWhoeverReadsIt) {
    for (const std::size_t at : {0U, 299U, 301U, 599U}) {
        Doubles values(600, 1.0);
        values[at] = std::nan("");
        make([&](const std::string& file) { Hdf5Sample(file).add("x", {200, 3}, values); });
        expect_refusal([&] { return dataset(); }, "x", "value " + std::to_string(at) + " is not finite");
    }
}

}  // namespace
}  // namespace kairos::io
