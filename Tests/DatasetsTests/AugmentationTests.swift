import Configuration
import Tensors
import Testing

@testable import Datasets

@Suite struct AugmentationTests {
    /// A dark picture with a bright block, and the block's label.
    private func sample(_ height: Int, _ width: Int, block: SIMD4<Int>, category: Int = 0) -> Sample {
        let picture = plain(height, width, SIMD3(20, 20, 20))
        for y in block.y..<block.w { for x in block.x..<block.z { for c in 0..<3 { picture.row(y)[3 * x + c] = 250 } } }
        return Sample(
            picture: picture, objects: [Sample.Object(category: category, box: SIMD4<Float>(block))], hasPolygons: false
        )
    }

    /// The box of the bright pixels.
    private func bright(_ picture: Picture) -> SIMD4<Float>? {
        var box: SIMD4<Float>?
        for y in 0..<picture.height {
            for x in 0..<picture.width where picture[y, x].x > 180 {
                let pixel = SIMD4(Float(x), Float(y), Float(x + 1), Float(y + 1))
                let old = box ?? pixel
                box = SIMD4(
                    min(old.x, pixel.x), min(old.y, pixel.y), max(old.z, pixel.z), max(old.w, pixel.w))
            }
        }
        return box
    }

    private func distance(_ a: SIMD4<Float>, _ b: SIMD4<Float>) -> Float {
        let d = a - b
        return max(abs(d.x), abs(d.y), abs(d.z), abs(d.w))
    }

    @Test(arguments: 0..<4) func mosaicPutsBoxesWherePixelsAre(place: Int) throws {
        for seed in 0..<20 {
            var stream = RandomStream(seed)
            let mosaic = Mosaic(inputHeight: 64, inputWidth: 96, stream: &stream)
            #expect((32..<96).contains(mosaic.centreY) && (48..<144).contains(mosaic.centreX))
            let empty = Sample(picture: plain(64, 48, SIMD3(20, 20, 20)), objects: [], hasPolygons: false)
            var four = [empty, empty, empty, empty]
            four[place] = sample(40, 90, block: SIMD4(20, 10, 55, 31), category: 3)
            let result = mosaic.assemble(four)
            #expect(result.picture.height == 128 && result.picture.width == 192)
            #expect(result.objects.first.map(\.box) == bright(result.picture))
            #expect(result.objects.allSatisfy { $0.category == 3 })
        }
    }

    @Test func mosaicJoinsAtItsCentre() {
        var stream = RandomStream(5)
        var mosaic = Mosaic(inputHeight: 32, inputWidth: 32, stream: &stream)
        (mosaic.centreX, mosaic.centreY) = (20, 40)
        let colors: [UInt8] = [10, 20, 30, 40]
        let samples = colors.map {
            Sample(picture: plain(32, 24, SIMD3($0, 0, 0)), objects: [], hasPolygons: $0 == 40)
        }
        let result = mosaic.assemble(samples)
        #expect(result.picture[39, 19].x == 10 && result.picture[39, 20].x == 20)
        #expect(result.picture[40, 19].x == 30 && result.picture[40, 20].x == 40)
        #expect(result.picture[7, 0] == SIMD3(repeating: 114) && result.picture[8, 0].x == 10)
        #expect(result.picture[50, 43].x == 40 && result.picture[50, 44] == SIMD3(repeating: 114))
        #expect(result.hasPolygons)
    }

    @Test func affineMovesBoxesWithPixels() {
        var recipe = Recipe()
        (recipe.scale, recipe.translate) = (0.4, 0.2)
        var seen = 0
        for seed in 0..<40 {
            let before = sample(120, 160, block: SIMD4(60, 40, 110, 90))
            var stream = RandomStream(seed)
            let affine = RandomAffine(of: before.picture, height: 96, width: 128, recipe: recipe, stream: &stream)
            let after = affine.apply(to: before)
            guard let box = after.objects.first?.box, let pixels = bright(after.picture) else { continue }
            // A box edge lies between pixel centres; interpolation blurs it by half a pixel.
            #expect(distance(box, pixels) <= 1.5)
            seen += 1
        }
        #expect(seen > 30)
    }

    @Test func turnedBoxesHoldTheTurnedPixels() {
        var recipe = Recipe()
        (recipe.degrees, recipe.shear, recipe.perspective) = (30, 10, 0.0005)
        for seed in 0..<20 {
            let before = sample(128, 128, block: SIMD4(50, 50, 90, 80))
            var stream = RandomStream(seed)
            let affine = RandomAffine(of: before.picture, height: 128, width: 128, recipe: recipe, stream: &stream)
            let after = affine.apply(to: before)
            guard let box = after.objects.first?.box, let pixels = bright(after.picture) else { continue }
            #expect(distance(box, pixels) <= 2.5)
        }
    }

    @Test func boxesThatShrankToSliversGoAsInTheReference() throws {
        // Boxes and results of the reference's transform of the same matrix, scale 0.65, output 48 × 64.
        let boxes: [SIMD4<Float>] = [
            SIMD4(2, 3, 20, 30), SIMD4(10, 10, 12, 60), SIMD4(60, 40, 90, 70), SIMD4(0, 0, 100, 80), SIMD4(5, 5, 8, 8),
            SIMD4(30.5, 2.25, 44, 10),
        ]
        let expected: [SIMD4<Float>] = [
            SIMD4(2.2, 2.15, 17.5, 19.25), SIMD4(8.5, 6.75, 14.9, 36.85), SIMD4(46.5, 27.25, 64, 46.75),
            SIMD4(0.5, 0.25, 64, 48), SIMD4(22.075, 3.125, 32.3, 8.45),
        ]
        var stream = RandomStream(1)
        let picture = plain(80, 100, SIMD3(1, 2, 3))
        var affine = RandomAffine(of: picture, height: 48, width: 64, recipe: Recipe(), stream: &stream)
        affine.matrix = Matrix3(SIMD3(0.7, 0.1, 0.5), SIMD3(0.05, 0.6, 0.25), SIMD3(0, 0, 1))
        affine.scale = 0.65
        let objects = boxes.enumerated().map { Sample.Object(category: $0.offset, box: $0.element) }
        let moved = affine.apply(to: Sample(picture: picture, objects: objects, hasPolygons: false)).objects
        #expect(moved.map(\.category) == [0, 1, 2, 3, 5])
        for (object, box) in zip(moved, expected) { #expect(distance(object.box, box) < 1e-4) }
    }

    @Test func aMatrixTimesItsInverseIsOne() throws {
        let matrix = Matrix3(SIMD3(0.7, 0.1, 5), SIMD3(-0.3, 0.6, 2), SIMD3(0.001, 0.002, 1))
        let product = matrix * (try #require(matrix.inverse))
        for (row, one) in [(product.rows.0, SIMD3(1.0, 0, 0)), (product.rows.1, SIMD3(0, 1, 0))] {
            #expect(((row - one) * (row - one)).sum() < 1e-20)
        }
        #expect(Matrix3(SIMD3(1, 2, 0), SIMD3(2, 4, 0), SIMD3(0, 0, 1)).inverse == nil)
    }

    @Test func mosaicClosesWhenTheReleaseSaysSo() {
        var recipe = Recipe()
        recipe.epochs = 20
        #expect(!Augmentation.isClosing(epoch: 9, recipe: recipe) && Augmentation.isClosing(epoch: 10, recipe: recipe))
        recipe.closeMosaic = 0
        #expect(!Augmentation.isClosing(epoch: 19, recipe: recipe))
        (recipe.epochs, recipe.closeMosaic) = (5, 10)
        #expect(Augmentation.isClosing(epoch: 0, recipe: recipe))
        recipe.compat = .v83
        #expect(!Augmentation.isClosing(epoch: 4, recipe: recipe))
    }

    @Test func flipsMoveBoxesWithPixels() throws {
        for (up, left) in [(true, false), (false, true), (true, true)] {
            var flipped = sample(24, 32, block: SIMD4(4, 6, 14, 10))
            let finish = Finish(flipsVertically: up, flipsHorizontally: left)
            finish.apply(to: &flipped)
            var values = [Float](repeating: 0, count: flipped.picture.byteCount)
            values.withUnsafeMutableBufferPointer {
                if let base = $0.baseAddress { finish.write(flipped.picture, to: base) }
            }
            let picture = Picture(height: 24, width: 32, values.map { UInt8(($0 * 255).rounded()) })
            #expect(flipped.objects[0].box == bright(picture))
        }
    }
}
