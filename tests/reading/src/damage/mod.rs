//! x
use reader::Luma;
/// x
#[derive(Clone, Debug, PartialEq)]
pub struct Scene;
impl Scene { /// x
 #[must_use] pub fn draw(&self) -> Luma { Luma::new(0,0,vec![]).unwrap() } }
