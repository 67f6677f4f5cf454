//! How wide each column of a table is.
//!
//! Pure arithmetic on what columns want; what is in them is not known here.

/// What a column wants.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Want {
    /// Its widest cell or its title.
    pub(crate) natural: usize,
    /// What it may be cut to.
    pub(crate) minimum: usize,
    /// Whether its cells stand to the right.
    pub(crate) right: bool,
}

/// The columns that are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Their widths; columns beyond these have no room.
    pub(crate) widths: Vec<usize>,
    /// Which of them stand to the right.
    pub(crate) right: Vec<bool>,
}

impl Layout {
    /// Fits columns into `room`, `gap` apart. The first keeps its width if it can; the widest of the
    /// others give way first; the last are left out where all cannot have their minimum.
    pub(crate) fn fit(mut wants: Vec<Want>, room: Option<usize>, gap: usize) -> Self {
        if let Some(room) = room {
            if let Some(first) = wants.first_mut() {
                first.natural = first.natural.min(room);
                first.minimum = first.natural;
            }
            wants.truncate(how_many(&wants, room, gap));
            let gaps = gap * wants.len().saturating_sub(1);
            shrink(&mut wants, room.saturating_sub(gaps));
        }
        Self {
            widths: wants.iter().map(|want| want.natural).collect(),
            right: wants.iter().map(|want| want.right).collect(),
        }
    }
}

fn how_many(wants: &[Want], room: usize, gap: usize) -> usize {
    let mut needed = 0;
    for (index, want) in wants.iter().enumerate() {
        needed += want.minimum + if index > 0 { gap } else { 0 };
        if needed > room && index > 0 {
            return index;
        }
    }
    wants.len()
}

/// Narrows the widest columns until all fit.
fn shrink(wants: &mut [Want], room: usize) {
    for want in wants.iter_mut() {
        want.natural = want.natural.min(room.max(want.minimum));
    }
    let mut sum: usize = wants.iter().map(|want| want.natural).sum();
    while sum > room {
        let widest =
            wants.iter_mut().filter(|want| want.natural > want.minimum).max_by_key(|want| want.natural);
        let Some(widest) = widest else { return };
        widest.natural -= 1;
        sum -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widths(wants: &[(usize, usize)], room: Option<usize>) -> Vec<usize> {
        let wants = wants.iter().map(|(natural, minimum)| Want {
            natural: *natural,
            minimum: *minimum,
            right: false,
        });
        Layout::fit(wants.collect(), room, 2).widths
    }

    #[test]
    fn without_a_width_columns_have_what_they_want() {
        assert_eq!(widths(&[(90, 8), (400, 8)], None), [90, 400]);
    }

    #[test]
    fn the_widest_gives_way_and_the_first_does_not() {
        assert_eq!(widths(&[(20, 8), (7, 7), (60, 8), (12, 8)], Some(80)), [20, 7, 35, 12]);
        assert_eq!(widths(&[(30, 8), (20, 8)], Some(45)), [30, 13]);
    }

    #[test]
    fn columns_without_room_are_left_out_from_the_right() {
        assert_eq!(widths(&[(20, 8), (7, 7), (60, 8), (12, 8)], Some(40)), [20, 7, 9]);
        assert_eq!(widths(&[(50, 8), (7, 7)], Some(40)), [40]);
        assert_eq!(widths(&[], Some(40)), Vec::<usize>::new());
    }
}
