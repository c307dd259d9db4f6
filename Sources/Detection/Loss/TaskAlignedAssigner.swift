import Configuration
import Datasets
import Models
import Tensors

/// Gives each object the anchors that are best at it already: sure of its class and near to its box.
///
/// Source: Feng et al., "TOOD: task-aligned one-stage object detection", ICCV 2021.
public struct TaskAlignedAssigner: Equatable, Sendable {
    /// Anchors per object, before objects compete for them.
    static let candidates = 10

    /// The release whose rules hold.
    public var compatibility: Compatibility

    /// An assigner by the rules of a release.
    public init(compatibility: Compatibility = .current) {
        self.compatibility = compatibility
    }

    /// The assignment of a shard's labels.
    ///
    /// - Parameter labels: objects whose categories are below the number of classes.
    public func assign(_ predictions: Predictions, _ labels: BoxLabels) -> Assignment {
        precondition(labels.imageCount == predictions.imageCount, "labels of other images")
        var objects = [[BoxLabels.Object]](repeating: [], count: predictions.imageCount)
        for object in labels.objects {
            precondition(object.category < predictions.classCount, "category \(object.category)")
            objects[object.image].append(object)
        }
        return Assignment(
            images: parallelMap(predictions.imageCount) { image in
                assign(predictions, image: image, objects: objects[image])
            })
    }

    private func assign(
        _ predictions: Predictions, image: Int, objects: [BoxLabels.Object]
    ) -> [Assignment.Positive] {
        if objects.isEmpty { return [] }
        let objects = objects.map {
            AssignableObject($0, grid: predictions.grid, compatibility: compatibility)
        }
        var wanted = [Bool](repeating: false, count: predictions.grid.count)
        for object in objects { for run in object.runs { for anchor in run { wanted[anchor] = true } } }
        let alignment = Alignment(predictions, image: image, wanted: wanted)
        let choices = objects.map { alignment.best($0, count: TaskAlignedAssigner.candidates) }
        return score(settle(choices, objects, alignment), objects, alignment)
    }

    /// The owner of every chosen anchor, by anchor: where objects compete, the one that overlaps most with its box,
    /// even if it is one that did not choose the anchor; the first when none overlaps.
    private func settle(
        _ choices: [[Int]], _ objects: [AssignableObject], _ alignment: Alignment
    ) -> [(anchor: Int, object: Int)] {
        var owners: [Int: Int] = [:]
        for (index, anchors) in choices.enumerated() {
            for anchor in anchors where owners.updateValue(index, forKey: anchor) != nil { owners[anchor] = -1 }
        }
        for (anchor, owner) in owners where owner < 0 {
            var best = (object: 0, overlap: Float(0))
            for (index, object) in objects.enumerated() where object.contains(anchor) {
                let overlap = alignment.at(anchor, object).overlap
                if overlap > best.overlap { best = (index, overlap) }
            }
            owners[anchor] = best.object
        }
        return owners.sorted { $0.key < $1.key }.map { (anchor: $0.key, object: $0.value) }
    }

    /// Target scores: the best anchor of an object gets the object's best overlap, others in proportion.
    private func score(
        _ owners: [(anchor: Int, object: Int)], _ objects: [AssignableObject], _ alignment: Alignment
    ) -> [Assignment.Positive] {
        let pairs = owners.map { alignment.at($0.anchor, objects[$0.object]) }
        var bestMetric = [Float](repeating: 0, count: objects.count)
        var bestOverlap = bestMetric
        for (owner, pair) in zip(owners, pairs) {
            bestMetric[owner.object] = max(bestMetric[owner.object], pair.metric)
            bestOverlap[owner.object] = max(bestOverlap[owner.object], pair.overlap)
        }
        return zip(owners, pairs).map { owner, pair in
            let object = objects[owner.object]
            let score = pair.metric * bestOverlap[owner.object] / (bestMetric[owner.object] + 1e-9)
            return Assignment.Positive(
                anchor: owner.anchor, object: owner.object, category: object.category, score: score, box: object.box)
        }
    }
}
