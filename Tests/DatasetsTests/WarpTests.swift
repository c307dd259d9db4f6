import Testing

@testable import Datasets

/// Numbers of OpenCV 5 on the same pattern, 14 × 18 pixels.
@Suite struct WarpTests {
    private let source = pattern(14, 18)

    @Test func scaleAndShiftAreTheReferences() {
        let matrix = Matrix3(SIMD3(0.6, 0, 1.3), SIMD3(0, 0.6, -0.7), SIMD3(0, 0, 1))
        #expect(difference(warped(source, by: matrix, height: 7, width: 9).values, WarpTests.scaled) <= 1)
    }

    @Test func rotationAndShearAreTheReferences() {
        let matrix = Matrix3(
            SIMD3(0.72504622962932, 0.4380946093925596, -2.2), SIMD3(-0.3380946093925596, 0.72504622962932, 5.1),
            SIMD3(0, 0, 1))
        #expect(difference(warped(source, by: matrix, height: 8, width: 9).values, WarpTests.rotated) <= 1)
    }

    @Test func perspectiveIsTheReferences() {
        let matrix = Matrix3(SIMD3(0.7, 0.1, 0.5), SIMD3(0.05, 0.6, 0.25), SIMD3(0.01, -0.02, 1))
        #expect(difference(warped(source, by: matrix, height: 7, width: 8).values, WarpTests.tilted) <= 1)
    }

    @Test func theQuickWayEqualsTheSlowWay() {
        // A perspective part too small to be seen takes the way that treats every pixel by itself.
        for turn in [0.0, 0.4, 1.6, 3.0, -2.2] {
            let matrix = Matrix3(
                SIMD3(0.9, turn, 3 - 8 * turn), SIMD3(-turn, 0.8, 2 + 6 * turn), SIMD3(0, 0, 1))
            var tilted = matrix
            tilted.rows.2.x = 1e-14
            let quick = warped(source, by: matrix, height: 33, width: 41)
            let slow = warped(source, by: tilted, height: 33, width: 41)
            #expect(difference(quick.values, slow.values) <= 1)
        }
    }

    @Test func nothingTrapsFarAwayOrWithoutAnInverse() {
        let gray = [UInt8](repeating: 114, count: 3 * 8 * 8)
        let far = Matrix3(SIMD3(1, 0, 1e12), SIMD3(0, 1, 0), SIMD3(0, 0, 1))
        #expect(warped(source, by: far, height: 8, width: 8).values == gray)
        let flat = Matrix3(SIMD3(0, 0, 0), SIMD3(0, 0, 0), SIMD3(0, 0, 1))
        #expect(warped(source, by: flat, height: 8, width: 8).values == gray)
        let tiny = Matrix3(SIMD3(1e-7, 0, 0), SIMD3(0, 1e-7, 0), SIMD3(0, 0, 1))
        _ = warped(source, by: tiny, height: 8, width: 8)
        let horizon = Matrix3(SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(-0.25, 0, 1))
        _ = warped(source, by: horizon, height: 8, width: 8)
    }

    private static let scaled: [UInt8] = [
        114, 114, 114, 121, 129, 158, 152, 174, 54, 90, 77, 135, 145, 152, 188, 144, 202, 82, 45, 67, 125, 137, 174,
        125, 162, 177, 22, 114, 114, 114, 140, 148, 117, 191, 149, 171, 60, 82, 105, 145, 105, 142, 54, 112, 134,
        163, 186, 30, 73, 109, 167, 123, 138, 196, 114, 114, 114, 115, 80, 109, 96, 133, 191, 167, 143, 201, 130,
        124, 54, 105, 142, 93, 167, 204, 49, 124, 118, 112, 207, 52, 110, 114, 114, 114, 126, 155, 184, 225, 70, 128,
        141, 199, 80, 133, 149, 109, 173, 95, 110, 105, 163, 77, 122, 51, 109, 199, 72, 94, 114, 114, 114, 89, 118,
        147, 173, 195, 75, 42, 100, 235, 64, 79, 146, 186, 31, 82, 18, 76, 127, 172, 102, 54, 44, 95, 117, 114, 114,
        114, 132, 160, 126, 162, 92, 150, 169, 99, 157, 122, 116, 138, 104, 162, 71, 180, 131, 146, 46, 104, 162,
        177, 129, 80, 114, 114, 114, 95, 103, 132, 200, 37, 75, 155, 135, 193, 136, 66, 103, 182, 62, 120, 159, 181,
        61, 157, 133, 84, 213, 86, 144,
    ]

    private static let rotated: [UInt8] = [
        114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 112,
        119, 126, 122, 159, 148, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 114, 127, 138,
        99, 122, 201, 62, 89, 185, 115, 106, 164, 186, 114, 114, 114, 114, 114, 114, 114, 114, 114, 105, 121, 137,
        145, 190, 98, 170, 228, 84, 153, 211, 45, 186, 172, 46, 42, 98, 125, 114, 114, 114, 105, 108, 128, 23, 73,
        122, 77, 135, 189, 22, 80, 129, 113, 161, 72, 193, 32, 83, 181, 74, 132, 126, 160, 143, 158, 192, 29, 174,
        97, 155, 193, 148, 151, 122, 180, 136, 140, 107, 165, 129, 108, 107, 68, 117, 175, 122, 112, 170, 92, 76,
        134, 143, 56, 114, 103, 127, 120, 22, 126, 78, 85, 99, 157, 118, 176, 46, 153, 211, 38, 36, 94, 121, 143, 75,
        129, 240, 52, 110, 113, 169, 212, 100, 64, 102, 112, 151, 209, 178, 129, 40, 37, 94, 133, 160, 94, 110, 168,
        221, 35, 178, 100, 85, 98, 65, 114, 193, 144, 173, 145, 183, 170, 209, 117, 164, 130, 131, 50, 103, 151, 92,
        187, 154, 83, 127, 185, 66, 152, 39, 81, 126, 97, 144,
    ]

    private static let tilted: [UInt8] = [
        89, 102, 114, 73, 103, 133, 114, 137, 126, 142, 97, 106, 103, 110, 117, 114, 114, 114, 114, 114, 114, 114,
        114, 114, 117, 116, 122, 135, 171, 120, 213, 40, 94, 82, 138, 194, 193, 131, 175, 74, 132, 127, 75, 133, 98,
        157, 215, 145, 114, 114, 114, 177, 156, 135, 157, 183, 130, 89, 58, 104, 104, 101, 112, 83, 141, 179, 185,
        117, 80, 98, 75, 133, 114, 114, 114, 174, 18, 76, 79, 126, 184, 202, 155, 213, 191, 52, 53, 62, 119, 100, 68,
        126, 113, 47, 105, 120, 114, 114, 114, 92, 137, 181, 185, 115, 173, 153, 134, 140, 103, 161, 84, 115, 157,
        95, 209, 142, 82, 158, 190, 50, 114, 114, 114, 126, 157, 189, 230, 81, 139, 120, 178, 230, 138, 105, 133,
        196, 53, 138, 196, 83, 74, 61, 119, 85, 114, 114, 114, 93, 113, 132, 123, 180, 96, 87, 142, 154, 31, 89, 242,
        38, 96, 150, 170, 32, 76, 63, 116, 157,
    ]
}
