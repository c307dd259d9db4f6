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

    /// - Parameter json: gets what was found.
    func run(telling json: JSONOutput) throws -> Diagnostics.ExitCode {
        guard !settings.source.isEmpty else {
            throw Problem(
                "predict needs pictures", remedy: "Add source=FILE, source=FOLDER or source='PATTERN'",
                exit: .commandLine)
        }
        let files = try PictureSources.files(
            settings.source, workingDirectory: FileManager.default.currentDirectoryPath, deeply: settings.recursive)
        startMatrixProducts()
        Threads.count = settings.threads > 0 ? settings.threads : Int(chost_allowed_cores())
        let stored = try ModelPlace(model).model()
        let detector = try stored.detector()
        let predictor = try predictor(detector, trainedSize: stored.imageSize)
        var output = PredictionOutput(settings, classNames: detector.classNames)
        var result = PredictionResult(model: model, classes: detector.classNames)
        try look(at: files, predictor, &output, &result)
        if let (folder, text) = try output.finish() {
            say(text: text)
            result.folder = folder
        }
        try json.write(result)
        if StopSignal.received != nil { return .stopped }
        if !result.unread.isEmpty {
            throw Problem(
                "\(counted(result.unread.count, "picture")) of \(files.count) could not be read, see above",
                remedy: "Replace or remove what is no picture", exit: .badData)
        }
        return .done
    }

    /// Predicts them one after the other, until somebody asks it to stop.
    private func look(
        at files: [String], _ predictor: Predictor, _ output: inout PredictionOutput, _ result: inout PredictionResult
    ) throws {
        let report = PredictionReport(classNames: result.classes, count: files.count)
        let names = PictureNames(files)
        var times = PredictionTimes()
        var inputSize = predictor.size
        for (number, file) in files.enumerated() where StopSignal.received == nil {
            let picture: SeenPicture
            do { picture = try SeenPicture(file, fitting: predictor.letterbox) } catch var problem as Problem {
                problem.remedy = "Give pictures as `source`"
                if files.count == 1 { throw problem }
                // One bad picture of many does not cost the others.
                FileHandle.standardError.write(Data("swift-distill: warning: \(problem)\n".utf8))
                result.unread.append(file)
                continue
            }
            let prediction = predictor.predict(picture)
            let name = names[number]
            let isRenamed = output.isWanted && name.file.contains("/")
            say(report.line(number + 1, file: file, prediction, savedAs: isRenamed ? name.stem : nil))
            try output.take(prediction, of: picture, file: file, as: name)
            result.add(prediction, file: file)
            times.add(prediction.times)
            inputSize = prediction.inputSize
        }
        let seen = result.pictures.count
        if seen > 0 { say(report.speed(times, images: seen, inputSize: inputSize)) }
    }

    private func predictor(_ detector: Detector, trainedSize: [Int]?) throws -> Predictor {
        let stride = max(detector.strides.max() ?? 32, 32)
        let asked = settings.imgsz.isEmpty ? trainedSize ?? [640] : settings.imgsz
        let sides = asked.map { max(($0 + stride - 1) / stride, 1) * stride }
        if sides != asked, !settings.imgsz.isEmpty {
            say("imgsz: \(asked) must be multiples of \(stride), using \(sides)")
        }
        var suppression = NonMaximumSuppression(
            confidence: Float(settings.conf), overlap: Float(settings.iou), limit: settings.maxDet,
            severalClasses: false)
        suppression.ignoresClasses = settings.agnosticNms
        suppression.wanted = try ClassChoice.indices(settings.classes, among: detector.classNames)
        return Predictor(detector, size: (sides[0], sides[sides.count - 1]), suppression: suppression)
    }
}
