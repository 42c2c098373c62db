// Refusals of input files: what is wrong with the file, the dataset blamed, a word of the sentence.
#include <cmath>
#include <fstream>

#include "io/dataset_file_fixture.hpp"

namespace kairos::io {
namespace {

TEST_F(DatasetFileTest, RefusesWhatIsNoHdf5File) {
    const auto truncate = [](const std::string& file) {
        Hdf5Sample(file).add("x", {200, 3}, Doubles(600, 1.0));
        std::filesystem::resize_file(file, 3000);
    };
    const std::pair<Make, std::string> cases[] = {
        {[](const std::string&) {}, "there is no such file"},
        {[](const std::string& file) { std::filesystem::create_directory(file); }, "that is a folder"},
        {[](const std::string& file) { std::ofstream{file}; }, "is empty"},
        {[](const std::string& file) { std::ofstream(file) << "means = 1, 2\n"; }, "not an HDF5 file"},
        {truncate, "truncated"},
    };
    for (const auto& [how, reason] : cases) {
        make(how);
        expect_refusal([&] { return dataset(); }, "", reason);
        expect_refusal([&] { return mixture(); }, "", reason);
    }
}

TEST_F(DatasetFileTest, RefusesDatasetsThatAreNotWhatTheyShouldBe) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("flat", {6}, means)
            .add("cube", {1, 2, 3}, means)
            .add("empty", {0, 3}, Doubles{})
            .add("nan", {2, 3}, Doubles{1, 2, 3, std::nan(""), 5, 6})
            .add("inf", {2, 3}, Doubles{1, 2, 3, 4, 5, -INFINITY})
            .add_text("text", "hello")
            .add_group("group")
            .add("x", {2, 3}, means)
            .add("short", {1}, Ints{1})
            .add("table", {2, 1}, Ints{1, 2})
            .add("real", {2}, Doubles{1, 2});
    });
    const std::pair<std::string, std::string> data[] = {
        {"absent", "no such dataset"},
        {"flat", "[6] instead of [K,d]"},
        {"cube", "[1,2,3]"},
        {"empty", "[0,3]"},
        {"nan", "value 3 is not finite"},
        {"inf", "value 5 is not finite"},
        {"text", "text instead of numbers"},
        {"group", "a group"},
        {"group/deeper", "no such dataset"},
        {"text/x", "no such dataset"},
        {"", "no dataset was named"},
    };
    for (const auto& [name, reason] : data)
        expect_refusal([&, &name_ = name] { return dataset(name_); }, name,
                       name == "flat" ? "[6] instead of [n,d]" : reason);
    const std::pair<std::string, std::string> labels[] = {
        {"absent", "no such dataset"},
        {"short", "[1] instead of [n] = [2]"},
        {"table", "[2,1]"},
        {"real", "floating-point numbers instead of integers"},
        {"text", "text instead of integers"},
    };
    for (const auto& [name, reason] : labels)
        expect_refusal([&, &name_ = name] { return dataset("x", {name_}); }, name, reason);
}

TEST_F(DatasetFileTest, AnAbsentDatasetIsAnsweredWithThoseThatAreThere) {
    make([](const std::string& file) {
        Hdf5Sample(file).add("images", {2, 3}, means).add("labels", {2}, Ints{1, 2});
    });
    expect_refusal([&] { return dataset("image"); }, "image", "The file's root holds images, labels.");
}

struct BadMixture {
    Make add;
    std::string dataset, reason;
};

TEST_F(DatasetFileTest, RefusesMixturesThatContradictThemselves) {
    const auto with = [](const std::function<void(Hdf5Sample&)>& more) -> Make {
        return [more](const std::string& file) {
            Hdf5Sample sample(file);
            sample.add("means", {2, 3}, means);
            more(sample);
        };
    };
    const Doubles two = {1, 1};
    const auto eye = [](double off, double corner) { return Doubles{1, off, 0, 0, 1, 0, 0, 0, corner}; };
    const auto twice = [](Doubles a, const Doubles& b) { return a.insert(a.end(), b.begin(), b.end()), a; };
    const auto covariances = [&](const Doubles& second) {
        return with([values = twice(eye(0, 1), second)](Hdf5Sample& s) {
            s.add("covariances", {2, 3, 3}, values);
        });
    };
    const BadMixture cases[] = {
        {[](const std::string& f) {
             Hdf5Sample(f).add("sigmas", {2}, Doubles{1, 1});
         },
         "means", "no such dataset"},
        {with([](Hdf5Sample&) {}), "sigmas", "nothing says how wide"},
        {with([&](Hdf5Sample& s) {
             s.add("sigmas", {3}, Doubles{1, 1, 1});
         }),
         "sigmas", "[3] instead of [K] = [2]"},
        {with([&](Hdf5Sample& s) {
             s.add("sigmas", {2}, Doubles{1, -1});
         }),
         "sigmas", "0 or more"},
        {with([&](Hdf5Sample& s) {
             s.add("sigmas", {2}, two).add("weights", {2}, Doubles{1, 0});
         }),
         "weights", "positive"},
        {with([&](Hdf5Sample& s) {
             s.add("sigmas", {2}, two).add("weights", {2}, Doubles{1, -3});
         }),
         "weights", "positive"},
        {with([&](Hdf5Sample& s) { s.add("sigmas", {2}, two).add("weights", {1}, Doubles{1}); }), "weights",
         "[1]"},
        {with([&](Hdf5Sample& s) {
             s.add("variances", {2, 2}, Doubles{1, 1, 1, 1});
         }),
         "variances", "[K,d] = [2,3]"},
        {with([&](Hdf5Sample& s) {
             s.add("variances", {2, 3}, Doubles{1, 1, 1, 1, 1, -1});
         }),
         "variances", "0 or more"},
        {with([&](Hdf5Sample& s) {
             s.add("sigmas", {2}, two).add("variances", {2, 3}, Doubles(6, 1));
         }),
         "", "more than one"},
        {with([&](Hdf5Sample& s) {
             s.add("factors", {2, 3, 1}, means);
         }),
         "sigmas", "nothing says"},
        {with([&](Hdf5Sample& s) {
             s.add("variances", {2, 3}, Doubles(6, 1)).add("factors", {2, 3, 1}, means);
         }),
         "factors", "needs sigmas"},
        {with([&](Hdf5Sample& s) {
             s.add("sigmas", {2}, two).add("factors", {2, 1, 3}, means);
         }),
         "factors", "[2,1,3]"},
        {covariances(eye(0.5, 1)), "covariances", "component 1: the covariance is not symmetric"},
        {covariances(eye(0, -1)), "covariances", "component 1: the covariance is not positive semi-definite"},
        {covariances(eye(NAN, 1)), "covariances", "value 10 is not finite"},
    };
    for (const auto& [add, name, reason] : cases) {
        make(add);
        expect_refusal([&] { return mixture(); }, name, reason);
    }
}

TEST_F(DatasetFileTest, LabelsOfMixturesAreOnePerComponent) {
    make([](const std::string& file) {
        Hdf5Sample(file)
            .add("means", {2, 3}, means)
            .add("sigmas", {2}, Doubles{1, 1})
            .add("label", {3}, Ints{1, 2, 3});
    });
    expect_refusal([&] { return mixture({"label"}); }, "label", "[3] instead of [K] = [2]");
}

}  // namespace
}  // namespace kairos::io
