document.title = 'Parcels';
