import CHost
import Checkpoints
import Collectives
import Configuration
import Datasets
import Detection
import Diagnostics
import Exports
import Foundation
import Models
import Tensors

/// Predicts picture after picture, says what was found, and writes what was asked for.
struct PredictionRun {
    let model: String
    let settings: PredictionSettings

    func run() throws -> Diagnostics.ExitCode {
        guard !settings.source.isEmpty else {
            throw Problem(
                "predict needs pictures", remedy: "Add source=FILE, source=FOLDER or source='PATTERN'",
                exit: .commandLine)
        }
        let files = try PictureSources.files(
            settings.source, workingDirectory: FileManager.default.currentDirectoryPath)
        startMatrixProducts()
        Threads.count = settings.threads > 0 ? settings.threads : Int(chost_allowed_cores())
        let stored = try ModelPlace(model).model()
        let detector = try stored.detector()
        let predictor = try predictor(detector, trainedSize: stored.imageSize)
        var output = PredictionOutput(settings, classNames: detector.classNames)
        let report = PredictionReport(classNames: detector.classNames, count: files.count)
        var times = PredictionTimes()
        var seen = 0, unread = 0
        var inputSize = predictor.size
        for (number, file) in files.enumerated() where StopSignal.received == nil {
            let picture: Picture
            do { picture = try PictureFile.read(file) } catch let problem as Problem {
                if files.count == 1 { throw problem }
                // One bad picture of many does not cost the others.
                FileHandle.standardError.write(Data("swift-distill: warning: \(problem)\n".utf8))
                unread += 1
                continue
            }
            let prediction = predictor.predict(picture)
            print(report.line(number + 1, file: file, prediction))
            try output.take(prediction, of: picture, file: file)
            times.add(prediction.times)
            inputSize = prediction.inputSize
            seen += 1
        }
        if seen > 0 { print(report.speed(times, images: seen, inputSize: inputSize)) }
        if let text = try output.finish() { print(text) }
        if StopSignal.received != nil { return .stopped }
        if unread > 0 {
            throw Problem(
                "\(counted(unread, "picture")) of \(files.count) could not be read, see above",
                remedy: "Replace or remove what is no JPEG or PNG", exit: .badData)
        }
        return .done
    }

    private func predictor(_ detector: Detector, trainedSize: [Int]?) throws -> Predictor {
        let stride = max(detector.strides.max() ?? 32, 32)
        let asked = settings.imgsz.isEmpty ? trainedSize ?? [640] : settings.imgsz
        let sides = asked.map { max(($0 + stride - 1) / stride, 1) * stride }
        if sides != asked, !settings.imgsz.isEmpty {
            print("imgsz: \(asked) must be multiples of \(stride), using \(sides)")
        }
        var suppression = NonMaximumSuppression(
            confidence: Float(settings.conf), overlap: Float(settings.iou), limit: settings.maxDet,
            severalClasses: false)
        suppression.ignoresClasses = settings.agnosticNms
        suppression.wanted = try ClassChoice.indices(settings.classes, among: detector.classNames)
        return Predictor(detector, size: (sides[0], sides[sides.count - 1]), suppression: suppression)
    }
}
