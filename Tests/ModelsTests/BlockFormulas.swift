import ReferenceOps

/// The blocks of YOLO models as their papers draw them, in Double.
extension ReferenceMap {
    func bottleneck(_ w: ReferenceWeights, shortcut: Bool, kernels: (Int, Int) = (3, 3)) -> ReferenceMap {
        let result = block(w / "cv1", kernel: kernels.0).block(w / "cv2", kernel: kernels.1)
        return shortcut && result.channels == channels ? adding(result) : result
    }

    func c2f(_ w: ReferenceWeights, depth: Int, shortcut: Bool) -> ReferenceMap {
        let split = block(w / "cv1")
        let half = split.channels / 2
        var parts = [split.channels(0..<half), split.channels(half..<2 * half)]
        for index in 0..<depth {
            parts.append(parts[index + 1].bottleneck(w / "m" / index, shortcut: shortcut))
        }
        return ReferenceMap.joined(parts).block(w / "cv2")
    }

    func c3(_ w: ReferenceWeights, depth: Int, shortcut: Bool) -> ReferenceMap {
        var branch = block(w / "cv1")
        for index in 0..<depth { branch = branch.bottleneck(w / "m" / index, shortcut: shortcut, kernels: (1, 3)) }
        return ReferenceMap.joined([branch, block(w / "cv2")]).block(w / "cv3")
    }

    func sppf(_ w: ReferenceWeights, window: Int) -> ReferenceMap {
        let first = block(w / "cv1")
        let second = first.pooled(window: window)
        let third = second.pooled(window: window)
        return ReferenceMap.joined([first, second, third, third.pooled(window: window)]).block(w / "cv2")
    }

    /// One branch of the head on one level.
    func branch(_ w: ReferenceWeights, outputs: Int) -> ReferenceMap {
        block(w / 0, kernel: 3).block(w / 1, kernel: 3)
            .convolved((w / 2)["weight"], outputs: outputs, kernel: 1, bias: (w / 2)["bias"])
    }

    /// Box distances and class logits of all levels.
    static func detections(_ levels: [ReferenceMap], _ w: ReferenceWeights, classCount: Int) -> [ReferenceMap] {
        [("cv2", 64), ("cv3", classCount)].map { name, outputs in
            linedUp(levels.enumerated().map { $1.branch(w / name / $0, outputs: outputs) })
        }
    }
}
