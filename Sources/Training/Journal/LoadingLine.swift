import Datasets
import Foundation

/// The line of an epoch that tells whether loading keeps up, and what it spends its time on.
enum LoadingLine {
    /// Nil where nothing was loaded.
    static func text(_ loading: LoadingTimes.Sums, waitingShare: Double) -> String? {
        guard loading.images > 0, waitingShare.isFinite else { return nil }
        let stages = LoadingStage.allCases.filter { loading.share(of: $0) >= 0.005 }.map { stage in
            "\(stage.name) \(percent(loading.share(of: stage)))"
        }
        let perImage = String(format: "%.1f", 1e3 * loading.total / Double(loading.images))
        return
            "data: steps waited \(percent(waitingShare)) of their time; \(perImage) ms of a loading thread per image: "
            + stages.joined(separator: ", ")
    }

    private static func percent(_ share: Double) -> String { String(format: "%.0f %%", 100 * share) }
}
