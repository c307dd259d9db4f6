import Charts
import Detection
import Graphics

/// The four curves of a validation, under the field's names.
public enum CurvePlot: String, CaseIterable, Sendable {
    /// Precision over recall.
    case precisionRecall = "BoxPR_curve.png"
    /// F1 over confidence.
    case f1 = "BoxF1_curve.png"
    /// Precision over confidence.
    case precision = "BoxP_curve.png"
    /// Recall over confidence.
    case recall = "BoxR_curve.png"

    /// Classes that have lines and names of their own, at most.
    private static let mostNamed = 20

    private var axes: (x: String, y: String, title: String) {
        switch self {
        case .precisionRecall: ("Recall", "Precision", "Precision-Recall Curve")
        case .f1: ("Confidence", "F1", "F1-Confidence Curve")
        case .precision: ("Confidence", "Precision", "Precision-Confidence Curve")
        case .recall: ("Confidence", "Recall", "Recall-Confidence Curve")
        }
    }

    private func values(_ curve: ClassCurve) -> [Double] {
        switch self {
        case .precisionRecall: curve.precisionByRecall
        case .f1: curve.f1
        case .precision: curve.precision
        case .recall: curve.recall
        }
    }

    /// The line of all classes together, and what is said of it.
    func summary(_ metrics: DetectionMetrics) -> (values: [Double], name: String) {
        let curves = metrics.curves.map(values)
        let x = AveragePrecision.confidences
        let means = x.indices.map { place in
            curves.isEmpty ? 0 : curves.reduce(0) { $0 + $1[place] } / Double(curves.count)
        }
        if self == .precisionRecall { return (means, "all classes \(fixed(metrics.map50, 3)) mAP@0.5") }
        let smooth = Smoothing.box(means, part: 0.1)
        let best = smooth.indices.reduce(0) { smooth[$1] > smooth[$0] ? $1 : $0 }
        return (smooth, "all classes \(fixed(smooth[best], 2)) at \(fixed(x[best], 3))")
    }

    /// The picture.
    public func draw(_ metrics: DetectionMetrics) -> Canvas {
        let canvas = Canvas(width: 900, height: 600, scale: 2)
        let frame = Frame(area: Box(x: 70, y: 45, width: 560, height: 490), x: 0...1, y: 0...1)
        frame.draw(on: canvas, textSize: 13, xTicks: 5, yTicks: 5)
        frame.label(on: canvas, x: axes.x, y: axes.y, title: axes.title, textSize: 14)
        let lines = lines(metrics)
        for line in lines { line.draw(in: frame, on: canvas) }
        Legend.draw(lines, on: canvas, in: Box(x: 645, y: 45, width: 245, height: 520), textSize: 13)
        return canvas
    }

    private func lines(_ metrics: DetectionMetrics) -> [Line] {
        let isNamed = metrics.curves.count <= CurvePlot.mostNamed
        let x = AveragePrecision.confidences
        let own = zip(metrics.categories, metrics.curves).map { category, curve in
            let score = self == .precisionRecall ? " \(fixed(category.ap50, 3))" : ""
            return Line(
                Array(zip(x, values(curve))).map { (x: $0.0, y: $0.1) },
                color: isNamed ? Palette.color(category.index) : .gray(0.75), width: 1.2,
                name: isNamed ? cut(category.name.isEmpty ? "\(category.index)" : category.name, 28) + score : nil)
        }
        let all = summary(metrics)
        return own + [
            Line(
                Array(zip(x, all.values)).map { (x: $0.0, y: $0.1) }, color: Color(0.05, 0.15, 0.75), width: 3.2,
                name: all.name)
        ]
    }
}

/// The name of a class; its number where the name is empty.
func shownName(_ index: Int, of names: [String]) -> String {
    names.indices.contains(index) && !names[index].isEmpty ? names[index] : "\(index)"
}

/// The beginning of a text, so that what follows it stays in sight.
func cut(_ text: String, _ count: Int) -> String {
    text.count > count ? text.prefix(count - 1) + "…" : text
}
