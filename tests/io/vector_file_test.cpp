// tests/io/vector_file_test.cpp: vectors as written by HDF5's own calls, on every rank; refusals with the same sentence on all of them.
#include "kairos/io/vector_file.hpp"

#include <cmath>

#include "io/dataset_file_fixture.hpp"

namespace kairos::io {
namespace {

class VectorFileTest : public DatasetFileTest {
protected:
    Matrix vectors(const std::string& name) const { return read_vectors(world, path, name, 3); }
    void expect_refused(const std::string& name, const std::string& reason) {
        expect_refusal(
            [&] {
                (void)vectors(name);
                return law::Law{};
            },
            name, reason);
    }
};

TEST_F(VectorFileTest, RowsOfTheFileAreColumns) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("two", {2, 3}, Doubles{1, 2, 3, 4, 5, 6.5})
            .add("one", {3}, Doubles{0, 0, 7})
            .add("whole", {1, 3}, Ints{1, 0, 2});
    });
    EXPECT_EQ(vectors("two"), (Matrix{{1, 4}, {2, 5}, {3, 6.5}}));
    EXPECT_EQ(vectors("one"), (Matrix{{0}, {0}, {7}}));
    EXPECT_EQ(vectors("whole"), (Matrix{{1}, {0}, {2}}));
}

TEST_F(VectorFileTest, RefusesWhatIsNoDirectionOfThisSpace) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("short", {2, 2}, Doubles{1, 2, 3, 4})
            .add("flat", {6}, Doubles(6, 1.0))
            .add("cube", {1, 1, 3}, Doubles(3, 1.0))
            .add("nan", {2, 3}, Doubles{1, 2, 3, 4, std::nan(""), 6})
            .add("zero", {2, 3}, Doubles{1, 2, 3, 0, 0, 0})
            .add("many", {65, 3}, Doubles(195, 1.0))
            .add_text("text", "hello");
    });
    expect_refused("short", "[2,2] instead of [k,d] = [k,3]");
    expect_refused("flat", "[6] instead of [k,d] = [k,3]");
    expect_refused("cube", "[1,1,3]");
    expect_refused("nan", "row 1 is not finite");
    expect_refused("zero", "row 1 has no direction");
    expect_refused("many", "65 vectors");
    expect_refused("text", "text instead of numbers");
    expect_refused("absent", "no such dataset");
    make([](const std::string&) {});
    expect_refusal(
        [&] {
            (void)vectors("two");
            return law::Law{};
        },
        "", "there is no such file");
}

}  // namespace
}  // namespace kairos::io
