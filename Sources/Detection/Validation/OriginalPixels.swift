import Datasets

extension ImageSource {
    /// A box in pixels of the network input, in pixels of the original picture and clipped to it.
    public func original(_ box: SIMD4<Float>) -> SIMD4<Float> {
        let shifted = (box - SIMD4(lowHalf: padding, highHalf: padding)) / SIMD4(lowHalf: gain, highHalf: gain)
        let size = SIMD2(Float(width), Float(height))
        return shifted.clamped(lowerBound: SIMD4(), upperBound: SIMD4(lowHalf: size, highHalf: size))
    }

    /// The same for a detection.
    public func original(_ detection: DetectedBox) -> DetectedBox {
        DetectedBox(box: original(detection.box), confidence: detection.confidence, category: detection.category)
    }

    /// The same for a labelled box.
    public func original(_ label: LabelledBox) -> LabelledBox {
        LabelledBox(box: original(label.box), category: label.category)
    }
}
