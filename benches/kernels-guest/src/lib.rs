//! The kernels behind an export in the shape that the tool generates.

nanobuild_runtime::guest!(fingerprint = 2);

#[unsafe(no_mangle)]
pub extern "C" fn nb0(kernel: u64) -> u64 {
    (bench_kernels::KERNELS[kernel as usize].1)()
}
