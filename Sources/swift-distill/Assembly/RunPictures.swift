import CHost
import Collectives
import Configuration
import Datasets
import Detection
import Diagnostics
import Foundation
import Models
import Plots
import Training

/// The pictures of a run, drawn by rank 0. One that cannot be written costs a warning, not the run.
final class RunPictures {
    private let folder: PictureFolder
    private let classNames: [String]
    private let log: RunLog
    /// Seconds spent on drawing.
    private(set) var seconds = 0.0

    init(folder: String, classNames: [String], log: RunLog) {
        self.folder = PictureFolder(folder)
        self.classNames = classNames
        self.log = log
    }

    /// `labels.jpg`: what the training labels are like.
    func drawLabels(of images: ImageCatalog) {
        draw { try folder.write(LabelsPlot(images, names: classNames).draw(), "labels.jpg") }
    }

    /// A batch as it is trained on.
    func drawTraining(_ batch: Batch, number: Int) {
        draw { try folder.writeTraining(batch, number: number, classNames: classNames) }
    }

    /// `results.png`, from the table of the run.
    func drawResults(_ csv: String) {
        draw {
            guard let text = try? String(contentsOfFile: csv, encoding: .utf8) else { return }
            if let canvas = ResultsPlot.draw(csv: text) { try folder.write(canvas, "results.png") }
        }
    }

    /// Curves, confusion, and the first batches.
    func drawValidation(_ details: ValidationDetails) {
        draw { folder.writeValidation(details, failed: warn) }
    }

    private func draw(_ body: () throws -> Void) {
        let start = chost_seconds()
        defer { seconds += chost_seconds() - start }
        do { try body() } catch { warn(error) }
    }

    private func warn(_ error: any Error) {
        log.note("warning: \(error) The run goes on without this picture.")
    }
}

/// Training data on their way to the loop, of which the first batches are drawn, and the first ones without mosaic.
final class PicturedSource: BatchSource {
    private let source: ShardedSource
    private let pictures: RunPictures
    /// Epochs without mosaic at the end.
    private let plainEpochs: Int
    private var epochs: Int

    init(_ source: ShardedSource, pictures: RunPictures, recipe: Recipe) {
        self.source = source
        self.pictures = pictures
        plainEpochs = recipe.closeMosaic
        epochs = recipe.epochs
    }

    var stepsPerEpoch: Int { source.stepsPerEpoch }
    var loading: LoadingTimes.Sums { source.loading }

    func seek(_ progress: Training.Progress) throws {
        epochs = progress.epochs
        source.seek(progress)
    }

    func batches(epoch: Int, step: Int) throws -> [Batch] {
        let batches = try source.batches(epoch: epoch, step: step)
        let number = epoch * stepsPerEpoch + step
        let first = plainEpochs > 0 ? max(epochs - plainEpochs, 0) * stepsPerEpoch : 0
        // Of all shards the first, which rank 0 carries however many ranks there are.
        if (0..<3).contains(number) || (first..<first + 3).contains(number), let batch = batches.first {
            pictures.drawTraining(batch, number: number)
        }
        return batches
    }
}
