import Diagnostics
import Foundation
import TestSupport
import Testing

/// Data sets and labels that cannot be used, and single bad ones among good ones.
@Suite(.serialized) struct BadDataTests {
    @Test(arguments: [
        ("val: val\nnames: [a, b]", ExitCode.badData, ["distillation_data.yaml: ", "'train'", "Add"]),
        ("train: train\nnames: [a, b]", .badData, ["distillation_data.yaml: ", "'val'", "Add"]),
        ("train: gone\nval: val\nnames: [a, b]", .missingInput, ["distillation_data.yaml:1:8", "/gone", "Correct"]),
        ("train: train\nval: val\nnc: 3\nnames: [a, b]", .badData, ["distillation_data.yaml:4:8", "2 names", "3"]),
        ("train: train\nval: val\nnames: {0: a, 2: b}", .badData, ["distillation_data.yaml:3:", "without gaps"]),
        (
            "train: train\nval: val\nnames:\n- a\n- a", .badData,
            ["distillation_data.yaml:5:3", "classes 0 and 1 are both named 'a'", "Give every class"]
        ),
        ("train: train\nval: val\nnc: 10001", .badData, ["distillation_data.yaml:3:5", "more than 10000", "Correct"]),
        ("train: train\nval: val", .badData, ["distillation_data.yaml: ", "'names'"]),
        ("[1]", .badData, ["distillation_data.yaml:1:1", "'names:'"]),
    ])
    func aBadDescriptionIsNamed(_ text: String, _ code: ExitCode, _ words: [String]) throws {
        let input = try SpoiltInput()
        try input.write("data/distillation_data.yaml", text: text + "\n")
        try input.expectRefusal(code: code, saying: words)
    }

    @Test(arguments: ["train", "val"])
    func aSplitWithoutImagesIsRefused(_ split: String) throws {
        let input = try SpoiltInput()
        for name in try input.names(in: "data/\(split)/images") { try input.remove("data/\(split)/images/\(name)") }
        try input.expectRefusal(
            code: .badData, saying: ["data/\(split)/images: ", "no images", "Put JPEG or PNG"])
    }

    @Test func imagesWithoutAnyLabelAreRefused() throws {
        let input = try SpoiltInput()
        try input.remove("data/train/labels")
        try input.expectRefusal(code: .badData, saying: ["data/train/images: ", "labels/p0.txt"])
    }

    @Test func labelsWithoutAnyObjectAreRefused() throws {
        let input = try SpoiltInput()
        for name in try input.names(in: "data/train/labels") { try input.write("data/train/labels/\(name)", []) }
        try input.expectRefusal(code: .badData, saying: ["data/train/images: ", "empty", "labels/p0.txt"])
    }

    /// Label files, and why they are rejected; line by line.
    private static let faults: [(text: String, reason: String)] = [
        ("0 .5 .5 .1 .1\n2 .5 .5 .1 .1\n", ":2: class 2 but the data set has 2 (0 to 1)"),
        ("0 nan .5 .1 .1\n", ":1: 'nan' is not finite"),
        ("0 .5 .5 1e309 .1\n", ":1: 'inf' is not finite"),
        ("0 .5 .5 .1\n", ":1: 4 columns instead of 5"),
        ("0 .5 .5 .1 .1 .9\n", ":1: 6 columns instead of 5"),
        ("\n-1 .5 .5 .1 .1\n", ":2: class -1.0 is negative"),
        ("0.5 .5 .5 .1 .1\n", ":1: class 0.5 is not an integer"),
        ("fire .5 .5 .1 .1\n", ":1: 'fire' is not a number"),
        ("0 32 32 10 10\n", ":1: coordinate 32.0 is above 1"),
    ]

    @Test func aBadLabelCostsItsImageOnly() throws {
        let input = try SpoiltInput()
        try addGoodPictures(6, to: input)
        for (number, fault) in Self.faults.enumerated() {
            try input.write("data/train/images/bad\(number).png", SpoiltInput.picture)
            try input.write("data/train/labels/bad\(number).txt", text: fault.text)
        }
        let outcome = try Program.run("recipe.yaml", ranks: 2, in: input.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        let log = try String(contentsOfFile: input.path("runs/distill/train-2/train.log"), encoding: .utf8)
        for text in [outcome.output, log] {
            #expect(
                text.contains("train/images: 10 images, 0 backgrounds, 0 duplicates, \(Self.faults.count) rejected"))
            for (number, fault) in Self.faults.enumerated() {
                let file = input.path("data/train/labels/bad\(number).txt")
                #expect(text.contains("rejected \(file)\(fault.reason)"), "\(fault) is not in \(text)")
            }
        }
    }

    private func addGoodPictures(_ count: Int, to input: SpoiltInput) throws {
        for number in 0..<count {
            try input.write("data/train/images/good\(number).png", SpoiltInput.picture)
            try input.write("data/train/labels/good\(number).txt", text: "0 0.5 0.5 0.8 0.8\n")
        }
    }

    @Test func aTerminalSeesTenRejectionsAtMost() throws {
        let input = try SpoiltInput()
        try addGoodPictures(20, to: input)
        for number in 0..<13 { try input.write("data/train/images/bad\(number).png", []) }
        let outcome = try Program.run("recipe.yaml", in: input.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.lines.count { $0.hasPrefix("  rejected ") } == 10)
        #expect(outcome.lines.contains("  … and 3 more"))
    }

    @Test func aMostlyRejectedPartIsRefused() throws {
        let input = try SpoiltInput()
        for number in 0..<5 { try input.write("data/train/images/bad\(number).png", []) }
        try input.expectRefusal(
            code: .badData,
            saying: ["data/train/images: ", "5 of 9 images are rejected", "bad0.png: is empty", "Correct"])
    }

    @Test func aWrongNumberOfClassesIsRefused() throws {
        let input = try SpoiltInput()
        for number in 0..<3 { try input.write("data/train/labels/p\(number).txt", text: "4 .5 .5 .1 .1\n") }
        try input.expectRefusal(
            ranks: 2, code: .badData,
            saying: [
                "distillation_data.yaml: ", "says 2 classes", "up to class 4", "labels/p0.txt:1",
                "Correct nc and names",
            ])
    }

    @Test func assumedNamesAreSaidAndNothingIsWrittenBeforeTheLabelsFit() throws {
        let input = try SpoiltInput()
        try input.remove("data/distillation_data.yaml")
        try input.write("data/train/labels/p1.txt", text: "5 .5 .5 .1 .1\n")
        try input.expectRefusal(
            code: .badData, saying: ["labels/p1.txt:1: class 5", "FireBSI", "into distillation_data.yaml"])
        try input.write("data/data.yaml", text: "train: ../train/images\nnames: [a, b, c, d, e, f]\n")
        let outcome = try Program.run("recipe.yaml", in: input.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        #expect(outcome.output.contains("classes a, b, c, d, e, f, as "))
        let written = try String(contentsOfFile: input.path("data/distillation_data.yaml"), encoding: .utf8)
        #expect(written.contains("train: train/images\nval: val/images\nnc: 6\n"))
    }

    @Test func validationWithoutAnyObjectIsRefused() throws {
        let input = try SpoiltInput()
        for name in try input.names(in: "data/val/labels") { try input.write("data/val/labels/\(name)", []) }
        try input.expectRefusal(
            code: .badData, saying: ["data/val/images: ", "none of the validation images (2)", "labels/p0.txt"])
        let outcome = try Program.run("recipe.yaml", "val=false", in: input.url)
        #expect(outcome.code == 0, "\(outcome.errors)")
        // A model is looked at before images are.
        try input.expectRefusal(
            ["val", "runs/distill/train-2", "distillation_dataset=data", "val=false"], code: .badData,
            saying: ["data/val/images: "])
    }

    @Test func badLabelsAloneAreRefusedWithTheirLines() throws {
        let input = try SpoiltInput()
        for name in try input.names(in: "data/train/labels") {
            try input.write("data/train/labels/\(name)", text: "0 nan 0 0 0\n")
        }
        try input.expectRefusal(
            ranks: 2, code: .badData,
            saying: ["all 4 images", "labels/p0.txt:1: 'nan'", "labels/p3.txt:1", "Correct the files"])
    }

    @Test func aDataSetSmallerThanAStepIsRefused() throws {
        let input = try SpoiltInput()
        try input.expectRefusal(
            ["recipe.yaml", "batch=3"], ranks: 2, code: .badData,
            saying: ["4 training images", "2 × 3 images", "batch=2"])
    }

    @Test func moreRanksThanImagesAreRefused() throws {
        try SpoiltInput().expectRefusal(
            ranks: 5, code: .badData, saying: ["4 training images", "5 shards", "at most 4 ranks"])
    }

    @Test func aFirstStepOfBackgroundsIsNoSilentTerm() throws {
        let input = try SpoiltInput()
        for number in 1..<4 { try input.write("data/train/labels/p\(number).txt", []) }
        // The one image with an object comes first in one order, and later in another.
        for seed in 0..<2 {
            let outcome = try Program.run(
                "recipe.yaml", "mosaic=0", "translate=0", "scale=0", "val=false", "seed=\(seed)", in: input.url)
            #expect(outcome.code == 0, "\(outcome.errors)")
        }
    }
}
