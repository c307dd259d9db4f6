import Datasets
import Tensors
import Training

/// One batch of noise with random boxes, the same in every step: a step without loading.
final class SyntheticSource: BatchSource {
    let stepsPerEpoch: Int
    let batch: Batch

    /// - Parameter rank: every rank has other images.
    init(images: Int, size: Int, classCount: Int, steps: Int, rank: Int) {
        stepsPerEpoch = steps
        var random = RandomStream(rank, images, size)
        let pixels = Tensor(Shape(images, size, size, 3))
        for i in 0..<images * size * size * 3 { pixels.pointer[i] = Float(random.uniform()) }
        let objects = (0..<images * SyntheticSource.objectsPerImage).map { number in
            func side() -> Float { Float(random.uniform(0.2, 0.5)) }
            return BoxLabels.Object(
                image: number / SyntheticSource.objectsPerImage, category: random.integer(below: classCount),
                box: SIMD4(side(), side(), side(), side()))
        }
        batch = Batch(
            images: pixels, labels: BoxLabels(objects: objects, imageCount: images),
            sources: (0..<images).map { index in
                ImageSource(
                    index: index, path: "image \(index)", height: size, width: size, gain: SIMD2(1, 1),
                    padding: SIMD2(0, 0))
            })
    }

    private static let objectsPerImage = 4

    func batches(epoch: Int, step: Int) -> [Batch] { [batch] }

    func seek(_ progress: Progress) {}
}
