import Checkpoints
import Datasets
import Detection
import Graphics

/// The folder that a run's pictures go to, under the field's names.
public struct PictureFolder: Sendable {
    /// The folder.
    public let path: String

    /// A folder that exists.
    public init(_ path: String) { self.path = path }

    /// Writes a picture; the ending of its name decides about the format.
    ///
    /// - Throws: `Problem` naming the file.
    public func write(_ canvas: Canvas, _ name: String) throws {
        try writeDurably(try name.hasSuffix(".png") ? canvas.png() : canvas.jpeg(), to: "\(path)/\(name)")
    }

    /// Confusion matrices, curves, and the first batches with labels and with what the model reports.
    ///
    /// - Parameter failed: is told why a picture cannot be drawn or written; the others are.
    public func writeValidation(_ details: ValidationDetails, failed: (any Error) -> Void) {
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { failed(error) }
        }
        let names = details.classNames
        for normalized in [true, false] {
            attempt {
                try write(
                    ConfusionPlot.draw(details.confusion, names: names, normalized: normalized),
                    normalized ? "confusion_matrix_normalized.png" : "confusion_matrix.png")
            }
        }
        for curve in CurvePlot.allCases { attempt { try write(curve.draw(details.metrics), curve.rawValue) } }
        attempt {
            for sample in try details.samples() {
                let kinds = [
                    ("labels", PictureGrid.labels(sample.batch, classNames: names)),
                    ("pred", PictureGrid.detections(sample, classNames: names)),
                ]
                for (kind, cells) in kinds {
                    guard let canvas = PictureGrid.draw(cells) else { continue }
                    attempt { try write(canvas, "val_batch\(sample.number)_\(kind).jpg") }
                }
            }
        }
    }

    /// A training batch with its labels.
    ///
    /// - Throws: `Problem` naming the file.
    public func writeTraining(_ batch: Batch, number: Int, classNames: [String]) throws {
        guard let canvas = PictureGrid.draw(PictureGrid.labels(batch, classNames: classNames)) else { return }
        try write(canvas, "train_batch\(number).jpg")
    }
}
