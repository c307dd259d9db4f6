import Layers
import Models
import Tensors

extension Detector {
    /// Multiplications and additions in the convolutions of one forward pass over one square image.
    ///
    /// - Parameter size: side of the image, a multiple of the largest stride.
    func operations(size: Int) -> Double {
        // Side of each layer's result, from a small image; blocks work at the extent of their result.
        let probe = 2 * (strides.max() ?? 1)
        let image = Activation(Tensor(Shape(1, probe, probe, 3), repeating: 0))
        let reductions = maps(image, at: Array(0..<headLayer)).map { probe / $0.shape.height }
        return weights.entries.reduce(0) { sum, entry in
            guard case .parameter = entry.content, entry.shape.count == 4 else { return sum }
            let side = size / reduction(entry.name, reductions)
            return sum + 2 * Double(entry.count * side * side)
        }
    }

    /// Input pixels per pixel, along a side, where a weight works: `model.<layer>.…`, `model.<head>.cv2.<level>.…`.
    private func reduction(_ name: String, _ reductions: [Int]) -> Int {
        let parts = name.split(separator: ".")
        guard parts.count > 3, let layer = Int(parts[1]) else { return 1 }
        return layer < headLayer ? reductions[layer] : Int(parts[3]).map { strides[$0] } ?? 1
    }
}
