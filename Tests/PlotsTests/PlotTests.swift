import Charts
import Configuration
import Detection
import Foundation
import Graphics
import Testing

@testable import Datasets
@testable import Plots

@Suite struct PlotTests {
    /// Keeps a picture where somebody wants to look at it.
    private func look(_ canvas: Canvas, _ name: String) throws {
        guard let folder = ProcessInfo.processInfo.environment["PLOTS_FOLDER"] else { return }
        try Data(try canvas.png()).write(to: URL(filePath: folder).appending(path: name + ".png"))
    }

    /// Parts of the pixels that are not white.
    private func ink(_ canvas: Canvas) -> Double {
        let pixels = canvas.rgb
        let dark = stride(from: 0, to: pixels.count, by: 3).count { pixels[$0] < 250 || pixels[$0 + 2] < 250 }
        return Double(dark) * 3 / Double(pixels.count)
    }

    /// Parts of the pixels that two pictures of one size do not share.
    private func difference(_ first: Canvas, _ second: Canvas) -> Double {
        let (a, b) = (first.rgb, second.rgb)
        guard a.count == b.count else { return 1 }
        return Double(zip(a, b).count { $0 != $1 }) / Double(a.count)
    }

    @Test(arguments: [1, 5, 80], [true, false])
    func curvesAreDrawnForAnyNumberOfClasses(_ classes: Int, _ findings: Bool) throws {
        let metrics = Situations.statistics(classes: classes, findings: findings)
            .metrics(names: Situations.names(classes), compatibility: .current)
        for curve in CurvePlot.allCases {
            let canvas = curve.draw(metrics)
            #expect(ink(canvas) > 0.01)
            let nothing = Situations.statistics(classes: classes, findings: false)
                .metrics(names: Situations.names(classes), compatibility: .current)
            // Lines and scores that nothing found does not have.
            #expect((difference(canvas, curve.draw(nothing)) > 0.003) == findings)
            try look(canvas, "\(curve)-\(classes)-\(findings)")
        }
        let all = CurvePlot.precisionRecall.summary(metrics)
        #expect(all.name == "all classes \(fixed(metrics.map50, 3)) mAP@0.5")
        #expect((all.values.max() ?? 0 > 0) == findings)
    }

    @Test func curvesOfNoLabelsAtAllAreEmptyNotWrong() throws {
        let metrics = DetectionStatistics().metrics(names: ["a"], compatibility: .current)
        for curve in CurvePlot.allCases {
            #expect(curve.summary(metrics).values.allSatisfy { $0 == 0 })
            try look(curve.draw(metrics), "\(curve)-none")
        }
    }

    @Test func namesOfAnyKindAreDrawn() throws {
        let names = Situations.oddNames
        let metrics = Situations.statistics(classes: names.count).metrics(names: names, compatibility: .current)
        try look(CurvePlot.f1.draw(metrics), "f1-odd")
        let canvas = ConfusionPlot.draw(Situations.confusion(classes: names.count), names: names, normalized: false)
        #expect(ink(canvas) > 0.01)
        try look(canvas, "confusion-odd")
    }

    @Test(arguments: [1, 5, 29, 80, 200], [true, false])
    func confusionIsDrawnForAnyNumberOfClasses(_ classes: Int, _ normalized: Bool) throws {
        let canvas = ConfusionPlot.draw(
            Situations.confusion(classes: classes), names: Situations.names(classes), normalized: normalized)
        let empty = ConfusionPlot.draw(ConfusionMatrix(), names: Situations.names(classes), normalized: normalized)
        // Cells on the diagonal at least.
        #expect(difference(canvas, empty) > 0.2 / Double(classes + 1))
        try look(canvas, "confusion-\(classes)-\(normalized)")
        try look(empty, "confusion-\(classes)-\(normalized)-empty")
    }

    @Test func normalizedColumnsAddUpToOne() {
        let counts = Situations.confusion(classes: 5).table(classes: 5)
        let cells = ConfusionPlot.shown(counts, normalized: true)
        for column in 0..<5 {
            let sum = cells.reduce(0) { $0 + ($1[column].isFinite ? $1[column] : 0) }
            #expect(abs(sum - 1) < 0.02)
        }
    }

    @Test func resultsHaveAPlotForEachLossAndMetric() throws {
        let header = "epoch,time,train/box_loss,train/cls_loss,metrics/mAP50(B),val/box_loss,val/cls_loss,lr/pg0"
        #expect(
            ResultsPlot.order(header.components(separatedBy: ",")) == [
                "train/box_loss", "train/cls_loss", "metrics/mAP50(B)", "val/box_loss", "val/cls_loss",
            ])
        #expect(ResultsPlot.draw(csv: header + "\n") == nil)
        for epochs in [1, 3, 200] {
            let rows = (1...epochs).map { "\($0),1.5,\(5 / Double($0)),nan,0.\($0),\($0 % 7),1,0.01" }
            let canvas = try #require(ResultsPlot.draw(csv: header + "\n" + rows.joined(separator: "\n") + "\n"))
            #expect(ink(canvas) > 0.005)
            try look(canvas, "results-\(epochs)")
        }
    }

    @Test(arguments: [1, 5, 80])
    func labelsAreDrawnForAnyNumberOfClasses(_ classes: Int) throws {
        let objects = (0..<300).map { number in
            ImageCatalog.Object(
                category: number % classes,
                box: SIMD4(Float(number % 17) / 17, Float(number % 23) / 23, 0.1 + Float(number % 5) / 9, 0.2))
        }
        let names = classes == 5 ? Array(Situations.oddNames.prefix(5)) : Situations.names(classes)
        var drawn: [Canvas] = []
        for (title, all) in [("some", objects), ("none", [])] {
            let entry = ImageCatalog.Entry(
                name: "a.jpg", height: 100, width: 100, fileSize: 1, objects: all, hasPolygons: false)
            let canvas = LabelsPlot(ImageCatalog(root: "/", entries: [entry], classes: names), names: names).draw()
            drawn.append(canvas)
            try look(canvas, "labels-\(classes)-\(title)")
        }
        // Bars, boxes, and both maps.
        #expect(difference(drawn[0], drawn[1]) > 0.05)
    }
}
