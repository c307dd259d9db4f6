import Checkpoints
import Configuration
import Datasets
import Detection
import Diagnostics
import Foundation
import Graphics
import Plots

/// The files that `predict` writes.
struct PredictionOutput {
    private let settings: PredictionSettings
    private let classNames: [String]
    /// Nil as long as nothing was written.
    private var folder: String?
    private var labelFiles = 0
    private var list = PredictionList()

    init(_ settings: PredictionSettings, classNames: [String]) {
        self.settings = settings
        self.classNames = classNames
    }

    /// Whether files are written.
    var isWanted: Bool { settings.save || settings.saveTxt || settings.saveJson }

    /// The folder, made when there is something to write.
    private mutating func place() throws -> String {
        if let folder { return folder }
        let made =
            settings.existOk
            ? try FolderSeries.reuse(project: settings.project, name: settings.name)
            : try FolderSeries.make(project: settings.project, name: settings.name)
        if settings.saveTxt { _ = try FolderSeries.reuse(project: made, name: "labels") }
        folder = made
        return made
    }

    /// Writes what belongs to one picture.
    mutating func take(_ prediction: Prediction, of picture: SeenPicture, file: String, as name: PictureNames.Name) throws {
        guard isWanted else { return }
        let folder = try place()
        let stem = name.stem
        if settings.save {
            guard max(picture.shown.width, picture.shown.height) <= Canvas.largestSide else {
                throw Problem(
                    "is larger than \(Canvas.largestSide) pixels, which cannot be drawn on", file: file,
                    remedy: "Predict with save=false")
            }
            try writeDurably(try drawn(prediction, on: picture).jpeg(), to: "\(folder)/\(stem).jpg")
        }
        if settings.saveTxt {
            let path = "\(folder)/labels/\(stem).txt"
            // As there, no file where nothing was found; not one of a run before, either.
            if prediction.boxes.isEmpty {
                unlink(path)
            } else {
                let lines = prediction.boxes.map { LabelLine.text($0, of: prediction, withScore: settings.saveConf) }
                try writeDurably(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
                labelFiles += 1
            }
        }
        if settings.saveJson { list.add(prediction.boxes, of: name) }
    }

    private func drawn(_ prediction: Prediction, on picture: SeenPicture) -> Canvas {
        let shown = picture.shown
        let canvas = Canvas(
            width: shown.width, height: shown.height, rgb: shown.pixels, scale: 1 / Double(picture.step))
        let painter = BoxPainter(width: canvas.width, height: canvas.height, lineWidth: settings.lineWidth)
        painter.draw(
            prediction.boxes.map { box in
                BoxPainter.Item(
                    box, names: classNames, showsName: settings.showLabels,
                    digits: settings.showLabels && settings.showConf ? 2 : nil)
            }, on: canvas)
        return canvas
    }

    /// Writes what belongs to all pictures together, and says where everything is.
    ///
    /// - Returns: the folder, and the words for people; nil when nothing was written.
    func finish() throws -> (folder: String, text: String)? {
        guard let folder else { return nil }
        if settings.saveJson { try writeDurably(Array(list.json.utf8), to: "\(folder)/predictions.json") }
        var text = "Results saved to \(folder)"
        if settings.saveTxt {
            text += "\n\(labelFiles) label\(labelFiles > 1 ? "s" : "") saved to \(folder)/labels"
        }
        return (folder, text)
    }
}

/// A line of a label file.
enum LabelLine {
    /// `class cx cy w h [score]`, in fractions of the picture.
    static func text(_ detection: DetectedBox, of prediction: Prediction, withScore: Bool) -> String {
        let size = SIMD2(Float(prediction.pictureSize.width), Float(prediction.pictureSize.height))
        let (low, high) = (detection.box.lowHalf, detection.box.highHalf)
        let (center, extent) = ((low + high) / 2 / size, (high - low) / size)
        let numbers = [center.x, center.y, extent.x, extent.y] + (withScore ? [detection.confidence] : [])
        return "\(detection.category) " + numbers.map { String(format: "%g", $0) }.joined(separator: " ")
    }
}
